// When an answer does not come, the page says so instead of staying silent.
(() => {
  "use strict";

  const board = document.querySelector("[data-announcements]");
  if (!board) return;
  let timer;
  const say = (text) => {
    board.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { board.textContent = ""; }, 8000);
  };
  // A part that was to come later says so in its own place, and can be asked for again there.
  const sayInPlace = (element) => {
    const lazy = element.closest("[data-lazy]");
    if (!lazy) return false;
    for (const line of lazy.querySelectorAll("[data-lazy-waiting]")) line.hidden = true;
    lazy.querySelector("[data-lazy-problem]").hidden = false;
    lazy.removeAttribute("aria-busy");
    return true;
  };
  const unanswered = (event) => { if (!sayInPlace(event.target)) say(board.dataset.offline); };
  document.addEventListener("htmx:sendError", unanswered);
  document.addEventListener("htmx:timeout", unanswered);
  // Being signed out is said once, until an answer comes again; and no part of a page is ever a whole page.
  const signedOut = () => document.querySelector("#messages [data-signed-out]");
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 401 && signedOut()) event.detail.shouldSwap = false;
    if (xhr.status < 400 || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    event.detail.shouldSwap = false;
    say(board.dataset.broken);
  });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) signedOut()?.remove(); });
  document.addEventListener("htmx:responseError", (event) => {
    if (!sayInPlace(event.target) && event.detail.xhr.status >= 500) say(board.dataset.broken);
  });
})();
