// Rows kept aside: choosing rows of the list, filters that apply themselves, uploads that say their name.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-choose]");
  if (form && event.target.matches('input[type="checkbox"]')) {
    const boxes = [...form.querySelectorAll('input[name="row"]')];
    if (event.target.matches("[data-all]")) for (const box of boxes) box.checked = event.target.checked;
    const chosen = boxes.filter((box) => box.checked).length;
    const all = form.querySelector("[data-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const bar = form.querySelector(".gq-chosen");
    if (bar) {
      bar.hidden = chosen === 0;
      const count = bar.querySelector("[data-count]");
      if (count) count.textContent = String(chosen);
    }
    return;
  }
  const filters = event.target.closest("[data-filters]");
  if (filters) filters.requestSubmit();
});
document.addEventListener("submit", (event) => {
  // Empty filters stay out of the address.
  if (!event.target.matches("[data-filters]")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-filters] :disabled")) field.disabled = false;
});

// "x" chooses the row that "j" and "k" stand on.
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
  const box = document.querySelector('[data-choose] .gx-here input[name="row"]');
  if (box) box.click();
});
