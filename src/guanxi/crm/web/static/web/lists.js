// Lists: "j" and "k" move, enter opens, "n" and "p" turn the page; filters, columns and widths.
import { keep } from "./appearance.js";

const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");
const table = () => document.querySelector("[data-list]");

function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      const open = document.querySelector("details.gx-filter[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const list = table();
    if (!list) return;
    if (event.key === "j" || event.key === "k") move(list, event.key === "j" ? 1 : -1);
    else if (event.key === "n" || event.key === "p") {
      list.querySelector(`[data-page="${event.key === "n" ? "next" : "previous"}"]`)?.click();
    }
  });
}

function move(list, step) {
  const rows = [...list.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("gx-here"));
  const next = Math.min(rows.length - 1, Math.max(0, now + step));
  rows[now]?.classList.remove("gx-here");
  rows[next].classList.add("gx-here");
  rows[next].scrollIntoView({ block: "nearest" });
  rows[next].querySelector("a")?.focus({ preventScroll: true });
}

// A row opens wherever it is clicked, unless something else was meant.
function startRows() {
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row || event.target.closest("a, button, input, label") || String(window.getSelection())) return;
    const link = row.querySelector("a");
    if (!link) return;
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  });
}

// One filter is open at a time; a click beside it closes it.
function startFilters() {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.gx-filter[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const fold = event.target.closest("[data-fold]");
    if (fold) fold.closest("details").open = false;
    const panel = document.getElementById("list-columns-form");
    if (!panel) return;
    if (event.target.closest("#list-columns > summary")) {
      event.preventDefault();
      panel.hidden = !panel.hidden;
      document.getElementById("list-columns").classList.toggle("gx-on", !panel.hidden);
      if (!panel.hidden) panel.querySelector("input[type=checkbox]")?.focus();
    } else if (!panel.contains(event.target)) {
      panel.hidden = true;
      document.getElementById("list-columns")?.classList.remove("gx-on");
    }
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-pick-words]")) return;
    event.stopPropagation();
    const words = event.target.value.trim().toLowerCase();
    for (const item of event.target.parentElement.querySelectorAll(".gx-pick-list > li")) {
      item.hidden = Boolean(words) && !item.textContent.toLowerCase().includes(words);
    }
  });
  // Radio buttons can be taken back with a second tap.
  document.addEventListener("pointerdown", (event) => {
    const radio = event.target.closest(".gx-choice")?.querySelector("input[type=radio]:checked");
    if (radio) radio.dataset.was = "1";
  });
  document.addEventListener("click", (event) => {
    const radio = event.target;
    if (!(radio instanceof HTMLInputElement) || radio.type !== "radio" || !radio.dataset.was) return;
    delete radio.dataset.was;
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Columns are dragged to their places in the choice, and wider or narrower in the heading.
function startColumns() {
  let dragged = null;
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".gx-grip");
    if (!grip) return;
    event.preventDefault();
    const head = grip.parentElement;
    const start = event.clientX;
    const width = head.offsetWidth;
    const shape = (pixels) => {
      head.style.width = head.style.minWidth = head.style.maxWidth = `${pixels}px`;
    };
    const moved = (to) => Math.min(480, Math.max(48, Math.round((width + to.clientX - start) / 8) * 8));
    const follow = (to) => shape(moved(to));
    const stop = (to) => {
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", stop);
      keep(table().dataset.columns, { wide: head.dataset.column, pixels: moved(to) });
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", stop);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest(".gx-grip")) event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => {
    const item = event.target.closest(".gx-columns-panel li");
    if (item && !event.target.closest("input")) dragged = item;
  });
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest(".gx-columns-panel li");
    if (!over || over === dragged) return;
    const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
    over.parentElement.insertBefore(dragged, below ? over.nextSibling : over);
  });
  document.addEventListener("pointerup", () => {
    dragged = null;
  });
}

export function startLists() {
  startKeys();
  startRows();
  startFilters();
  startColumns();
}
