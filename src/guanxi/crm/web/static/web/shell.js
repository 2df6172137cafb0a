// What every page has: keys, search, sheets, theme. Listens on the document, so that parts that htmx brings just work.
import { startKeys } from "./keys.js";
import { startSearch } from "./suggest.js";
import { startTheme } from "./appearance.js";
import { startLists } from "./lists.js";
import { startDrafts } from "./drafts.js";
import { startNotices } from "./notices.js";

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

// A request that got no answer is said; nothing fails in silence.
function startProblems() {
  const offline = (is) => document.documentElement.classList.toggle("gx-offline", is);
  document.addEventListener("htmx:error", (event) => {
    const reason = event.detail?.error ?? event.detail?.ctx?.error;
    if (reason?.name !== "AbortError") offline(true);
  });
  document.addEventListener("htmx:after:request", () => offline(false));
  window.addEventListener("offline", () => offline(true));
  window.addEventListener("online", () => offline(false));
}

startDialogs();
startProblems();
startKeys();
startSearch();
startTheme();
startLists();
startDrafts();
startNotices();
