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
  document.addEventListener("htmx:sendError", () => say(board.dataset.offline));
  document.addEventListener("htmx:timeout", () => say(board.dataset.offline));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) say(board.dataset.broken);
  });
})();
