// A new token into the clipboard; the documentation's search box.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
  const [before, after] = button.querySelectorAll("span");
  before.hidden = true;
  after.hidden = false;
});

const box = document.getElementById("gd-search");
if (box) {
  const operations = [...document.querySelectorAll(".gd-op")];
  const none = document.getElementById("gd-none");
  const search = () => {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const one of operations) {
      const text = one.textContent.toLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
      found += !one.hidden;
    }
    for (const group of document.querySelectorAll("[data-group]")) {
      group.hidden = ![...group.querySelectorAll(".gd-op")].some((one) => !one.hidden);
    }
    none.hidden = found > 0;
  };
  box.addEventListener("input", search);
  const open = () => {
    const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (one?.matches("details")) one.open = true;
  };
  addEventListener("hashchange", open);
  open();
}
