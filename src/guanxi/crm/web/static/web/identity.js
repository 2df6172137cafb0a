// The steward's keyboard: each button says its key. Never while somebody types, and never after "g", which goes elsewhere.
const typing = (element) => element.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
let going = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    // Enter ends a reason, after which keys are keys again; Escape leaves any field.
    if (event.key === "Escape" || (event.key === "Enter" && event.target.matches(".gj-why input"))) {
      event.preventDefault();
      event.target.blur();
    }
    return;
  }
  if (event.key === "g") going = Date.now();
  else if (Date.now() - going < 1500) return;
  if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return;
  const focus = document.querySelector(`[data-focus="${CSS.escape(event.key)}"]`);
  const pressed = focus ?? document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!pressed || pressed.disabled) return;
  event.preventDefault();
  if (focus) focus.focus();
  else pressed.click();
  const opened = pressed.matches("summary") && pressed.parentElement;
  if (opened?.open) opened.querySelector("input").focus();
});

// Rows that are chosen: the buttons wait for the first.
const chosen = () => [...document.querySelectorAll('input[name="chosen"]')];
function show() {
  const none = !chosen().some((box) => box.checked);
  for (const button of document.querySelectorAll("[data-chosen]")) button.disabled = none;
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-all]")) for (const box of chosen()) box.checked = event.target.checked;
  show();
});
show();
// One word at a time: a second press while the first is under way would say something of the next pair.
for (const form of document.querySelectorAll("form.gj-verdict")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
