// The board under a finger: a card that is held lifts off, and is dropped on a column or on a stage's name in the bar
// above, which stays in sight. A finger that moves before that scrolls, as everywhere.
const HOLD = 350;
const SLACK = 8;
const EDGE = 56;
const TARGET = "[data-stage]";
let held = null;

function over(x, y) {
  const target = document.elementFromPoint(x, y)?.closest?.(TARGET);
  return target && target.dataset.stage !== held.from ? target : null;
}

function mark(target) {
  if (held.target === target) return;
  held.target?.classList.remove("gd-over");
  target?.classList.add("gd-over");
  held.target = target;
}

function lift() {
  held.lifted = true;
  held.card.classList.add("gd-lifted");
  navigator.vibrate?.(15);
}

function follow() {
  if (!held?.lifted) return;
  // Near an edge the page goes on by itself, and the bar of stages to the sides.
  const bar = document.querySelector(".gd-jump");
  const low = bar?.getBoundingClientRect().bottom ?? 0;
  const high = window.innerHeight - EDGE;
  if (bar?.offsetParent && held.y < low) {
    if (held.x > window.innerWidth - EDGE) bar.scrollLeft += 10;
    else if (held.x < EDGE) bar.scrollLeft -= 10;
  } else if (held.y > high) window.scrollBy(0, 10);
  else if (held.y < low + EDGE) window.scrollBy(0, -10);
  const columns = held.card.closest(".gd-columns");
  if (columns && columns.scrollWidth > columns.clientWidth) {
    if (held.x > window.innerWidth - EDGE) columns.scrollLeft += 10;
    else if (held.x < EDGE) columns.scrollLeft -= 10;
  }
  const [x, y] = [held.x - held.startX, held.y - held.startY];
  held.card.style.transform = `translate(${x + window.scrollX - held.scrollX}px, ${y + window.scrollY - held.scrollY}px)`;
  mark(over(held.x, held.y));
  held.frame = requestAnimationFrame(follow);
}

function settle() {
  if (!held) return;
  clearTimeout(held.timer);
  cancelAnimationFrame(held.frame);
  held.card.classList.remove("gd-lifted");
  held.card.style.transform = "";
  held.card.draggable = true;
  held.target?.classList.remove("gd-over");
  held = null;
}

export function startTouch(moveTo) {
  document.addEventListener("touchstart", (event) => {
    settle();
    const card = event.target.closest?.("[data-card][draggable=true]");
    if (!card || event.touches.length > 1 || event.target.closest(".gd-move")) return;
    const { clientX, clientY } = event.touches[0];
    held = { card, from: card.closest(".gd-column")?.dataset.stage, startX: clientX, startY: clientY, x: clientX, y: clientY,
             scrollX: window.scrollX, scrollY: window.scrollY };
    card.draggable = false; // else the browser's own way of dragging begins beside this one
    held.timer = setTimeout(() => {
      lift();
      follow();
    }, HOLD);
  }, { passive: true });

  document.addEventListener("touchmove", (event) => {
    if (!held) return;
    const { clientX, clientY } = event.touches[0];
    if (held.lifted) {
      event.preventDefault();
      [held.x, held.y] = [clientX, clientY];
    } else if (Math.hypot(clientX - held.startX, clientY - held.startY) > SLACK) settle();
  }, { passive: false });

  document.addEventListener("touchend", (event) => {
    if (!held) return;
    const { card, target, lifted } = held;
    if (lifted) event.preventDefault(); // it is no tap on the link beneath
    settle();
    if (lifted && target) moveTo(card, target.dataset.stage);
  }, { passive: false });
  document.addEventListener("touchcancel", settle);
  // What a long press opens elsewhere would end the lift.
  document.addEventListener("contextmenu", (event) => {
    if (held) event.preventDefault();
  });
}
