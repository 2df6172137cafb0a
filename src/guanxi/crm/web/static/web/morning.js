// The morning list by keyboard: "j" and "k" move, a letter presses the row's own button, "z" takes the last one back.
const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-morning-row]")];
let place = -1;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const found = rows();
  if (event.key === "j" || event.key === "k") {
    if (!found.length) return;
    event.preventDefault();
    stand(found, place < 0 ? 0 : place + (event.key === "j" ? 1 : -1));
  } else if (event.key === "z") {
    document.querySelector("[data-undo]")?.click();
  } else if (event.key === "n" || event.key === "p") {
    document.querySelector(`#morning [data-page="${event.key === "n" ? "next" : "previous"}"]`)?.click();
  } else if (event.key === "Enter") {
    if (event.target === found[place]) found[place].querySelector(".gm-name").click();
  } else if (place >= 0 && /^[a-z]$/.test(event.key)) {
    const button = found[place]?.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
    if (button.matches("summary") && button.parentElement.open) {
      button.parentElement.querySelector("button, [tabindex]")?.focus({ preventScroll: true });
    }
  }
});

function stand(found, wanted) {
  place = Math.min(found.length - 1, Math.max(0, wanted));
  for (const row of found) row.classList.remove("gx-here");
  found[place].classList.add("gx-here");
  found[place].focus({ preventScroll: true });
  found[place].scrollIntoView({ block: "nearest" });
}

// A row that is dealt with is gone, and the next one has come to its place.
document.addEventListener("htmx:after:swap", () => {
  const found = rows();
  if (place >= 0 && found.length) stand(found, place);
});

// One of a row's folds is open at a time.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.(".gm-acts details") || !event.target.open) return;
    for (const other of event.target.closest(".gm-acts").querySelectorAll("details[open]")) {
      if (other !== event.target) other.open = false;
    }
  },
  true,
);
