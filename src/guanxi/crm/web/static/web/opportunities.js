// The board: a card is dragged to a column by mouse or finger, or moved by Shift with an arrow, or by its menu, which needs
// no script. Whichever way, the menu's form is sent: the server decides, and answers with the board as it is.
import { startTouch } from "./board-touch.js";

const COLUMN = ".gd-column";
let dragged = null;

function moveTo(card, stage) {
  const form = card.querySelector(".gd-move form");
  const button = form?.querySelector(`button[name=stage][value="${stage}"]`);
  if (button) form.requestSubmit(button);
}

startTouch(moveTo);

function clear() {
  for (const column of document.querySelectorAll(".gd-over")) column.classList.remove("gd-over");
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card][draggable=true]");
  if (!card) return;
  dragged = card;
  card.classList.add("gd-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.card);
});

document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.(COLUMN);
  if (!column || column.contains(dragged)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  if (!column.classList.contains("gd-over")) {
    clear();
    column.classList.add("gd-over");
  }
});

document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.(COLUMN);
  if (!column) return;
  event.preventDefault();
  moveTo(dragged, column.dataset.stage);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("gd-dragged");
  dragged = null;
  clear();
});

// Shift with an arrow moves the card one column on or back; arrows alone go from card to card.
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
  const columns = [...document.querySelectorAll(COLUMN)];
  const at = columns.indexOf(card.closest(COLUMN));
  if (event.key === "Enter") {
    card.querySelector(".gd-title").click();
  } else if (event.key in STEPS && event.shiftKey) {
    const next = columns[at + STEPS[event.key]];
    if (next) {
      moved = card.dataset.card;
      moveTo(card, next.dataset.stage);
    }
  } else if (event.key in STEPS) {
    columns[at + STEPS[event.key]]?.querySelector("[data-card]")?.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const cards = [...card.closest("[data-cards]").querySelectorAll("[data-card]")];
    cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else return;
  event.preventDefault();
});

// After the board is drawn anew: what must be said is asked for, and the card that was moved keeps the focus.
let moved = null;
document.addEventListener("htmx:after:swap", () => {
  document.querySelector("dialog[data-show]:not([open])")?.showModal();
  if (moved) document.getElementById(`card-${moved}`)?.focus();
  moved = null;
});
document.addEventListener("submit", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (card) moved = card.dataset.card;
});
// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".gd-move[open]")) if (!menu.contains(event.target)) menu.open = false;
});
