// The board under a finger: a card that is held lifts off, and is dropped on a column or on a stage's name in the bar
// above, which stays in sight. A finger that moves before that scrolls, as everywhere.
const HOLD = 350;
const SLACK = 8;
// So near an edge the page goes on by itself, the faster the nearer, and never so fast that a name cannot be hit.
const EDGE = 56;
const FASTEST = 8;
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

function pull(at, low, high) {
  const depth = at < low + EDGE ? at - low - EDGE : at > high - EDGE ? at - high + EDGE : 0;
  return Math.max(-FASTEST, Math.min(FASTEST, Math.round((depth / EDGE) * FASTEST)));
}

function follow() {
  if (!held?.lifted) return;
  const bar = document.querySelector(".gd-jump");
  const low = bar?.getBoundingClientRect().bottom ?? 0;
  const sideways = pull(held.x, 0, window.innerWidth);
  if (bar?.offsetParent && held.y < low) bar.scrollLeft += sideways;
  else window.scrollBy(0, pull(held.y, low, window.innerHeight));
  const columns = held.card.closest(".gd-columns");
  if (columns && columns.scrollWidth > columns.clientWidth) columns.scrollLeft += sideways;
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
  held.card.removeAttribute("style"); // an empty one would be taken over into the next board, which the policy forbids
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
