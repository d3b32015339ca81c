// The frame: the navigation on a phone, menus that close, the choice of light or dark without a reload.
(() => {
  "use strict";

  const EDGE = 8;
  const find = (selector) => [...document.querySelectorAll(selector)];

  for (const button of find("[data-nav-toggle]")) {
    const target = document.getElementById(button.getAttribute("aria-controls"));
    button.hidden = !target;
    button.addEventListener("click", () => {
      const shown = target.classList.toggle("is-shown");
      button.setAttribute("aria-expanded", String(shown));
    });
  }

  document.addEventListener("click", (event) => {
    for (const menu of find("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of find("details[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    for (const button of find("[data-nav-toggle][aria-expanded=true]")) button.click();
  });

  // What opens beside its word stays inside the window, wherever on the page the word stands.
  document.addEventListener("toggle", ({ target }) => {
    const text = target.open && target.querySelector?.(":scope > .definition-text");
    if (!text) return;
    text.style.insetInlineStart = "0px";
    const { left, right } = text.getBoundingClientRect();
    const room = document.documentElement.clientWidth - EDGE;
    text.style.insetInlineStart = `${Math.max(EDGE - left, Math.min(0, room - right))}px`;
  }, true);

  const search = document.querySelector("dialog[data-search]");
  const openSearch = () => {
    if (!search.open) search.showModal();
    search.querySelector("input[type=search]").select();
  };
  // On the page of the search itself, and where there is no dialog, the link leads on.
  for (const link of search ? find("[data-search-open]") : []) link.addEventListener("click", (event) => {
    event.preventDefault();
    openSearch();
  });
  // What was asked for with Enter stands: the search while typing, which comes a moment later, does not replace it.
  document.addEventListener("submit", (event) => {
    if (event.target.matches(".search-form")) event.target.dataset.asked = event.target.elements.text.value;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest?.(".search-form");
    if (form && event.target.matches("input") && form.dataset.asked === event.target.value) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!search) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openSearch();
    }
    // Browsers spend the first Escape on emptying the field.
    if (search.open && event.key === "Escape") {
      event.preventDefault();
      search.close();
    }
    if (!search.open || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const places = [search.querySelector("input[type=search]"), ...search.querySelectorAll("[data-found]")];
    const next = places.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    places[Math.max(0, Math.min(places.length - 1, next))].focus();
  });

  const keys = document.querySelector("dialog[data-keys]");
  const isTyping = (place) => place.closest?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (!keys || !["?", "？"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    if (search.open) search.close();
    if (!keys.open) keys.showModal();
  });

  // A call that was asked for begins as soon as the number is shown; without a telephone nothing happens.
  document.addEventListener("htmx:load", ({ detail }) => {
    const link = detail.elt.matches("[data-call]") ? detail.elt : detail.elt.querySelector("[data-call]");
    if (link) location.href = link.href;
  });

  const chosen = () => document.documentElement.dataset.bsTheme ?? "auto";
  const show = () => {
    for (const button of find("[data-theme-choice]")) button.setAttribute("aria-pressed", String(button.value === chosen()));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    event.preventDefault();
    if (button.value === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = button.value;
    // The same cookie that the form without script sets; the server prints the choice into the next page.
    document.cookie = `theme=${button.value};path=/;max-age=31536000;samesite=lax`;
    button.closest("details").open = false;
    show();
    document.dispatchEvent(new CustomEvent("theme:changed"));
  });
  show();
})();
