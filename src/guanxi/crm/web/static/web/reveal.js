// One masked value shown for a moment: a sheet asks what for, the value stands in the mask's place and goes by itself.
const HEADERS = { "HX-Request": "true", "HX-Request-Type": "partial" };
let opener = null;

function sheet() {
  let dialog = document.getElementById("gx-reveal");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "gx-reveal";
    dialog.className = "gx-sheet gx-reveal";
    dialog.setAttribute("aria-labelledby", "h-reveal");
    dialog.addEventListener("close", () => {
      dialog.replaceChildren();
      opener?.focus();
    });
    document.body.append(dialog);
  }
  return dialog;
}

async function ask(address, options = {}) {
  document.documentElement.classList.add("gx-asking");
  try {
    const response = await fetch(address, {
      ...options,
      cache: "no-store",
      headers: { ...HEADERS, "HX-Current-URL": location.href },
    });
    const elsewhere = response.headers.get("HX-Redirect");
    if (elsewhere) {
      location.assign(elsewhere); // the last proof of who one is is too old: confirm, and come back here
      return;
    }
    show(await response.text());
  } catch {
    document.documentElement.classList.add("gx-offline");
  } finally {
    document.documentElement.classList.remove("gx-asking");
  }
}

function show(html) {
  const parts = new DOMParser().parseFromString(html, "text/html").body;
  const shown = parts.querySelector("[data-shown]");
  const dialog = sheet();
  if (shown) {
    const place = opener?.closest("[data-secret]");
    if (dialog.open) dialog.close();
    if (place) put(place, document.adoptNode(shown));
    return;
  }
  dialog.replaceChildren(...[...parts.childNodes].map((node) => document.adoptNode(node)));
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector(".gx-field-error")?.closest(".gx-field, fieldset");
  const first = (wrong ?? dialog).querySelector(wrong ? "input" : "input:checked") ?? dialog.querySelector("input[type=radio]");
  (first ?? dialog.querySelector("button"))?.focus();
}

function put(place, shown) {
  hide(place);
  place.dataset.was = "1";
  for (const child of place.children) child.hidden = true;
  place.append(shown);
  count(place, shown);
}

// Counts down; at the end the value is taken out of the page, not only out of sight.
function count(place, shown) {
  const until = Date.now() + Number(shown.dataset.seconds) * 1000;
  const left = shown.querySelector(".gx-shown-left");
  const live = document.getElementById("gx-live");
  if (live) live.textContent = shown.dataset.said;
  shown.querySelector(".gx-clear").focus({ preventScroll: true });
  const timer = setInterval(() => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    if (!shown.isConnected || seconds <= 0) {
      clearInterval(timer);
      hide(place);
    } else if (left) left.textContent = seconds;
  }, 250);
}

function hide(place) {
  const shown = place.querySelector("[data-shown]");
  if (!shown) return;
  const inside = shown.contains(document.activeElement);
  shown.remove();
  for (const child of place.children) child.hidden = false;
  if (inside) place.querySelector("[data-reveal]")?.focus({ preventScroll: true });
}

async function copy(button) {
  const clear = button.closest("[data-shown]").querySelector(".gx-clear");
  try {
    await navigator.clipboard.writeText(clear.textContent);
  } catch {
    const range = document.createRange(); // no clipboard without https: by the selection, as of old
    range.selectNodeContents(clear);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
    getSelection().removeAllRanges();
  }
  const word = button.querySelector("span");
  const before = word.textContent;
  word.textContent = button.dataset.copy;
  const live = document.getElementById("gx-live");
  if (live) live.textContent = button.dataset.copy;
  setTimeout(() => (word.textContent = before), 1500);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-reveal]");
  if (link) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    ask(link.href);
    return;
  }
  const button = event.target.closest("[data-copy], [data-hide]");
  if (!button) return;
  if (button.hasAttribute("data-copy")) copy(button);
  else if (button.closest("[data-secret]")) hide(button.closest("[data-secret]"));
  else location.reload(); // on a page of its own: the form again
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-reveal-form]");
  if (!form || !form.closest("dialog")) return;
  event.preventDefault();
  ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
});

// On a page of its own the value goes with its time as well.
const alone = document.querySelector(".gx-reveal-page [data-shown]");
if (alone) count(alone.parentElement, alone);

// Nothing clear stays behind: neither in the page that "back" brings, nor on paper.
const hideAll = () => document.querySelectorAll("[data-shown]").forEach((shown) => hide(shown.parentElement));
addEventListener("pagehide", hideAll);
addEventListener("beforeprint", hideAll);
