// The bell. While the page is looked at, it asks every few seconds how many notifications are unread; only where a newer
// one came is the rest asked for. A page in the background asks nothing until somebody looks at it again.
const EVERY = 4000;
const AFTER_A_FAILURE = 15000;
const SHOWN = 12000;

const bell = () => document.getElementById("gx-bell");
let timer = 0;
let asking = false;

const place = () => `gx-notices:${document.body.dataset.person || ""}`;

function known() {
  try {
    const found = sessionStorage.getItem(place());
    return found === null ? null : Number(found);
  } catch {
    return null;
  }
}

function remember(newest) {
  try {
    sessionStorage.setItem(place(), String(newest));
  } catch {
    // Without a store a notification may pop up on two pages.
  }
}

function draw(unread) {
  const one = bell();
  const count = one.querySelector(".gx-waiting");
  count.hidden = unread === 0;
  count.textContent = unread > 99 ? "99+" : String(unread);
  one.setAttribute("aria-label", unread ? `${one.dataset.label}: ${unread}` : one.dataset.label);
}

async function pop(after) {
  const answer = await fetch(`${bell().dataset.latest}?after=${after}`, { redirect: "manual" });
  if (!answer.ok) return;
  const box = document.getElementById("gx-toasts");
  box.innerHTML = await answer.text();
  for (const toast of box.children) leave(toast);
}

// Goes by itself, unless somebody is about to read or press it.
function leave(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) leave(toast);
    else toast.remove();
  }, SHOWN);
}

async function ask() {
  const answer = await fetch(bell().dataset.pulse, { redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect" || answer.status === 401) return false; // signed out meanwhile
  if (!answer.ok) throw new Error(String(answer.status));
  const { unread, newest } = await answer.json();
  const before = known();
  draw(unread);
  if (before === null || newest > before) remember(newest);
  if (before !== null && newest > before) await pop(before);
  return true;
}

async function beat() {
  clearTimeout(timer);
  if (document.hidden || asking) return;
  asking = true;
  let wait = EVERY;
  try {
    if (!(await ask())) wait = 0;
  } catch {
    wait = AFTER_A_FAILURE;
  }
  asking = false;
  if (wait) timer = setTimeout(beat, wait);
}

export function startNotices() {
  if (!bell()) return;
  document.addEventListener("visibilitychange", beat);
  window.addEventListener("online", beat);
  document.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.closest(".gx-toast").remove());
  document.addEventListener("change", (event) => event.target.closest("[data-submits]")?.form.requestSubmit());
  beat();
}
