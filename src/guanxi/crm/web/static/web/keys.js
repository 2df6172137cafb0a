// The keyboard: "/" searches, "g" and a letter goes, "?" helps. Never while somebody types.
const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");

export function startKeys() {
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        window.location.assign(link.href);
      }
      return;
    }
    if (event.key === "g") going = Date.now();
    else if (event.key === "/") {
      const box = document.getElementById("gx-search");
      if (!box) return;
      event.preventDefault();
      if (box.offsetParent) {
        box.focus();
        box.select();
      } else window.location.assign(box.form.action);
    } else if (event.key === "?") document.getElementById("gx-keys")?.showModal();
  });
}
