// What the pages of signing in do themselves: printing the recovery codes.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
