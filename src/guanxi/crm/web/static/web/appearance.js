// Light or dark at once; the choice is kept with the person.
export function startTheme() {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle]");
    if (!button) return;
    const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.bsTheme = root.dataset.themeChoice = theme;
    document.dispatchEvent(new CustomEvent("gx:theme", { detail: theme }));
    keep(button.dataset.address, { theme });
  });
}

export function keep(address, choices) {
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited") || "{}")["X-CSRFToken"];
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams(choices),
    headers: { "X-CSRFToken": token, "HX-Request-Type": "partial" },
    keepalive: true,
  });
}
