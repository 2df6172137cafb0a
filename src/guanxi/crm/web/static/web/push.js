// Lets this browser be pushed to: asks the person, then the browser's push service, then tells the site the address.
const state = document.getElementById("push-state");
const button = document.getElementById("push-allow");
const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"] || "";

// Without internet a browser may wait for minutes: whoever pressed the button shall not.
const PATIENCE = 10000;
const within = (promise) =>
  Promise.race([promise, new Promise((_done, failed) => setTimeout(() => failed(new Error("late")), PATIENCE))]);

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return "refused";
  const registration = await navigator.serviceWorker.register(state.dataset.worker);
  await navigator.serviceWorker.ready;
  let found;
  try {
    const wanted = { userVisibleOnly: true, applicationServerKey: bytes(state.dataset.key) };
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    found = await within(registration.pushManager.subscribe(wanted));
  } catch {
    return "unreachable";
  }
  const body = new URLSearchParams({
    endpoint: found.endpoint,
    key: text(found.getKey("p256dh")),
    secret: text(found.getKey("auth")),
  });
  const answer = await fetch(state.dataset.add, { method: "POST", body, headers: { "X-CSRFToken": token() } });
  if (answer.ok) return "";
  await found.unsubscribe();
  return "failed";
}

if (state && button) {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    button.hidden = true;
    state.textContent = state.dataset.unable;
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    state.textContent = state.dataset.asking;
    let problem = "unreachable";
    try {
      problem = await subscribe();
    } catch {
      // What the browser refuses for its own reasons is said like a service that does not answer.
    }
    button.disabled = false;
    if (problem) state.textContent = state.dataset[problem];
    else location.reload();
  });
}
