// A long list of people is narrowed as one types; whoever is chosen stays in sight.
for (const field of document.querySelectorAll("[data-narrow]")) {
  const list = document.getElementById(field.dataset.narrow);
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const label of list.querySelectorAll("label"))
      label.hidden = !label.querySelector("input").checked && !label.textContent.toLowerCase().includes(wanted);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
