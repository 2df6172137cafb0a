// What is typed into a form with data-draft is kept in this browser, for this person, until the server has it. Where
// the connection is lost it waits, and is sent when the connection is back: from whichever page is open then. The server
// takes the same form twice for one (each has a key of its own), so sending again does no harm.
const PREFIX = "gx-draft:";
const LASTS = 7 * 24 * 3600 * 1000;
const AGAIN = 15000;

const person = () => document.body.dataset.person || "";
const keyOf = (form) => `${PREFIX}${person()}:${form.dataset.draft}`;
const token = () => JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"] || "";
const unsent = () => document.getElementById("gx-unsent");

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "null");
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full or forbidden store: the form works as every other does.
  }
}

function drop(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function keys(whose = person()) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${whose}`));
  } catch {
    return [];
  }
}

const waiting = () => keys(`${person()}:`).filter((key) => read(key)?.waiting);

function pairsOf(form, submitter) {
  const data = submitter ? new FormData(form, submitter) : new FormData(form);
  return [...data].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
}

function save(form, changes = {}) {
  const kept = { at: Date.now(), action: form.action, page: location.href, pairs: pairsOf(form), waiting: false };
  write(keyOf(form), { ...kept, ...changes });
}

// Fills a form with what was kept; whether anything differs from what the page brought.
function fill(form, pairs) {
  let differs = false;
  const values = new Map();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken" || field.type === "file" || field.tagName === "BUTTON") continue;
    const wanted = values.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") {
      const on = wanted.includes(field.value);
      differs ||= on !== field.checked;
      field.checked = on;
    } else if (wanted.length && field.value !== wanted[0]) {
      differs ||= field.type !== "hidden";
      field.value = wanted[0];
      if (field.type !== "hidden") field.closest("details")?.setAttribute("open", "");
    }
  }
  return differs;
}

function say(form, which) {
  const said = form?.querySelector("[data-draft-said]");
  if (!said) return;
  said.hidden = !which;
  said.dataset.is = which;
  if (which) said.querySelector("span").textContent = said.dataset[which];
}

function tell() {
  const bar = unsent();
  if (!bar) return;
  const still = waiting();
  bar.hidden = !still.length;
  const link = bar.querySelector("a");
  if (still.length) link.href = read(still[0]).page;
}

// One form to the server: "sent", "answered" (the page says what is wrong), "waits", or "signed out".
async function post(action, body) {
  let response;
  try {
    response = await fetch(action, { method: "POST", body, headers: { "X-Draft": "1" }, credentials: "same-origin" });
  } catch {
    return { is: "waits" };
  }
  if (response.status === 204) return { is: "sent", address: response.headers.get("X-Location") };
  if (response.redirected) return { is: "signed out" };
  if (response.status >= 500) return { is: "waits" };
  return { is: "answered", page: await response.text() };
}

// Keys pressed just before are not to be kept after it: they would stand as a draft of what the server has already.
const timers = new WeakMap();
const isOver = (form) => form.dataset.sending || form.dataset.sent;

async function send(form, submitter) {
  if (isOver(form)) return;
  form.dataset.sending = "1";
  clearTimeout(timers.get(form));
  const key = keyOf(form);
  const data = submitter ? new FormData(form, submitter) : new FormData(form);
  save(form);
  say(form, "sending");
  const answer = await post(form.action, data);
  delete form.dataset.sending;
  if (answer.is === "sent") {
    form.dataset.sent = "1";
    drop(key);
    location.assign(answer.address || location.href);
  } else if (answer.is === "signed out") {
    location.assign(location.href); // by way of the door; what was typed is here again afterwards
  } else if (answer.is === "answered") show(answer.page);
  else {
    save(form, { waiting: true, pairs: pairsOf(form, submitter) });
    say(form, "waiting");
    tell();
  }
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main") || page.body;
  document.querySelector("main").replaceChildren(...document.importNode(main, true).childNodes);
  document.title = page.title || document.title;
  for (const form of document.querySelectorAll("form[data-draft]")) save(form);
  window.scrollTo(0, 0);
  document.querySelector("main [role=alert]")?.scrollIntoView({ block: "nearest" });
}

// Whatever waits, one after the other; from any page.
let flushing = false;
async function flush() {
  if (flushing || !navigator.onLine) return;
  flushing = true;
  for (const key of waiting()) {
    const draft = read(key);
    const form = [...document.querySelectorAll("form[data-draft]")].find((one) => keyOf(one) === key);
    const answer = await post(draft.action, new URLSearchParams([...draft.pairs, ["csrfmiddlewaretoken", token()]]));
    if (answer.is === "sent") {
      if (form) form.dataset.sent = "1";
      drop(key);
      if (form) location.assign(answer.address || location.href);
    } else if (answer.is === "answered") {
      write(key, { ...draft, waiting: false });
      if (form) show(answer.page);
      else location.assign(draft.page); // something is wrong with it: its own page says what
    } else break;
  }
  flushing = false;
  tell();
}

function startForms() {
  const keep = (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => !isOver(form) && save(form), 250));
  };
  document.addEventListener("input", keep);
  document.addEventListener("change", keep);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-draft]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-draft-drop]");
    if (!button) return;
    drop(keyOf(button.closest("form")));
    location.reload();
  });
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const draft = read(keyOf(form));
    if (draft && fill(form, draft.pairs)) say(form, draft.waiting ? "waiting" : "restored");
  }
}

// Nothing of it stays on a machine that somebody has signed out of, nor longer than a week.
function startClearing() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]")) return;
    if (waiting().length && !window.confirm(unsent()?.dataset.lose || "")) event.preventDefault();
    else for (const key of keys(`${person()}:`)) drop(key);
  });
  for (const key of keys("")) {
    const draft = read(key);
    if (!draft || Date.now() - draft.at > LASTS) drop(key);
  }
}

export function startDrafts() {
  if (!person()) return;
  startClearing();
  startForms();
  tell();
  window.addEventListener("online", flush);
  setInterval(() => waiting().length && flush(), AGAIN);
  if (waiting().length) flush();
}
