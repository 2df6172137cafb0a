// Lists: "j" and "k" move, enter opens, "n" and "p" turn the page.
export function startLists() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const list = document.querySelector("[data-list]");
    if (!list) return;
    if (event.key === "j" || event.key === "k") {
      const rows = [...list.querySelectorAll("[data-row]")];
      if (!rows.length) return;
      const now = rows.findIndex((row) => row.classList.contains("gx-here"));
      const next = Math.min(rows.length - 1, Math.max(0, now + (event.key === "j" ? 1 : -1)));
      rows[now]?.classList.remove("gx-here");
      rows[next].classList.add("gx-here");
      rows[next].scrollIntoView({ block: "nearest" });
      rows[next].querySelector("a")?.focus({ preventScroll: true });
    } else if (event.key === "n" || event.key === "p") {
      list.querySelector(`[data-page="${event.key === "n" ? "next" : "previous"}"]`)?.click();
    }
  });
}
