// Passkeys: a form with data-passkey="get" or "create" asks the server for a challenge, the device for an answer, and
// sends itself with the answer in its field "credential". Shown only where the browser can do it.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const key = { ...options.publicKey, challenge: bytes(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (key[list]) key[list] = key[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: key };
}

function writable(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = credential.response[name];
    if (value instanceof ArrayBuffer) response[name] = text(value);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function prove(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
  });
  if (answer.redirected) {
    location.assign(answer.url); // the person must confirm first, and comes back here
    return;
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  const options = readable(await answer.json());
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create(options)
      : await navigator.credentials.get(options);
  form.elements.credential.value = writable(credential);
  form.submit();
}

function start(form) {
  form.hidden = false;
  const problem = form.querySelector("[data-problem]");
  const button = form.querySelector("button");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (problem) problem.hidden = true;
    button.disabled = true;
    prove(form).catch(() => {
      button.disabled = false;
      if (problem) problem.hidden = false;
    });
  });
}

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(start);
