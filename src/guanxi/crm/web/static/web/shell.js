// What every page has: keys, search, sheets, theme. Listens on the document, so that parts that htmx brings just work.
import { startKeys } from "./keys.js";
import { startSearch } from "./suggest.js";
import { startTheme } from "./appearance.js";
import { startLists } from "./lists.js";

function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      document.getElementById(opener.dataset.open)?.showModal();
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    else if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  });
}

// A request that got no answer, or an answer that is an error, is said; nothing fails in silence.
function startProblems() {
  const live = document.getElementById("gx-live");
  document.addEventListener("htmx:error", () => {
    if (live) live.textContent = document.documentElement.lang === "en" ? "No answer from the server" : "服务器没有响应";
    document.documentElement.classList.add("gx-offline");
  });
  document.addEventListener("htmx:after:request", () => document.documentElement.classList.remove("gx-offline"));
}

startDialogs();
startProblems();
startKeys();
startSearch();
startTheme();
startLists();
