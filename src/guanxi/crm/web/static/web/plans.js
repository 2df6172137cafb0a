// Visit plans: the round begins where the phone is, asked for only on a tap; the position goes with this form and no
// further.
const form = document.querySelector("[data-plan-route]");
const here = form?.querySelector("[data-plan-here]");
if (here && "geolocation" in navigator) {
  here.hidden = false;
  const said = form.querySelector("[data-plan-said]");
  here.addEventListener("click", () => {
    here.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.latitude.value = coords.latitude.toFixed(5);
        form.elements.longitude.value = coords.longitude.toFixed(5);
        form.requestSubmit();
      },
      () => {
        said.textContent = said.dataset.refused;
        here.disabled = false;
      },
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 120000 },
    );
  });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-plan-whose]")) event.target.form.requestSubmit();
});
