// The top search: answers as one types, up and down choose, enter opens, escape closes.
export function startSearch() {
  const box = document.getElementById("gx-search");
  const list = document.getElementById("gx-suggestions");
  if (!box || !list) return;
  const options = () => [...list.querySelectorAll('[role="option"]')];

  const show = (visible) => {
    list.hidden = !visible;
    box.setAttribute("aria-expanded", String(visible));
    if (!visible) choose(null);
  };
  const choose = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };

  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      show(true);
      choose(all[(now + (event.key === "ArrowDown" ? 1 : now < 0 ? 0 : -1) + all.length) % all.length]);
    } else if (event.key === "Enter" && now >= 0 && !list.hidden) {
      event.preventDefault();
      all[now].click();
    } else if (event.key === "Escape") {
      if (list.hidden) box.blur();
      else show(false);
    }
  });
  box.addEventListener("input", () => {
    if (!box.value.trim()) show(false);
  });
  box.addEventListener("focus", () => {
    if (box.value.trim() && list.childElementCount) show(true);
  });
  // Links on the search page, options of a list box here.
  box.addEventListener("htmx:after:swap", () => {
    for (const [position, hit] of list.querySelectorAll(".gx-hit").entries()) {
      hit.id = `gx-hit-${position}`;
      hit.setAttribute("role", "option");
      hit.setAttribute("aria-selected", "false");
      hit.tabIndex = -1;
    }
    show(Boolean(box.value.trim()) && list.childElementCount > 0);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".gx-search")) show(false);
  });
}
