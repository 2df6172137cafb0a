// Activities and tasks: texts to begin with, where the phone is, a swipe that finishes a task.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  const field = document.getElementById(button.dataset.fill);
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n${button.dataset.words}` : button.dataset.words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

for (const place of document.querySelectorAll("[data-place]")) place.hidden = !("geolocation" in navigator);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-place-take]");
  if (!button) return;
  const form = button.form || button.closest("form");
  const said = form.querySelector("[data-place-said]");
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(5);
      form.elements.longitude.value = coords.longitude.toFixed(5);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      said.textContent = `${said.dataset.words} ${Math.round(coords.accuracy)} m`;
      button.disabled = false;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    },
    () => {
      said.textContent = said.dataset.refused;
      button.disabled = false;
    },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
});

// A row of the list that is drawn to the right is done; a short pull springs back.
const FAR = 110;
let swiped = null;
document.addEventListener(
  "touchstart",
  (event) => {
    const row = event.target.closest("[data-list=tasks] [data-row]");
    if (row?.querySelector(".gt-done")) swiped = { row, x: event.touches[0].clientX, y: event.touches[0].clientY, by: 0 };
  },
  { passive: true },
);
document.addEventListener(
  "touchmove",
  (event) => {
    if (!swiped) return;
    const by = event.touches[0].clientX - swiped.x;
    if (Math.abs(event.touches[0].clientY - swiped.y) > 30) {
      swiped.row.style.transform = "";
      swiped = null;
      return;
    }
    swiped.by = Math.max(0, by);
    swiped.row.style.transform = `translateX(${Math.min(swiped.by, FAR + 20)}px)`;
    swiped.row.classList.toggle("gt-far", swiped.by > FAR);
  },
  { passive: true },
);
document.addEventListener("touchend", () => {
  if (!swiped) return;
  const { row, by } = swiped;
  swiped = null;
  row.style.transform = "";
  if (by > FAR) row.querySelector(".gt-done").click();
});
