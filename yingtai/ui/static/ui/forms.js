// Forms: choices that submit themselves, work that is not lost by leaving, one submit per click, text that copies.
(() => {
  "use strict";

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  // A form marked data-guard warns before its unsaved changes are lost.
  const unsaved = new Set();
  const change = (place) => {
    const form = place.closest?.("form[data-guard]");
    if (form) unsaved.add(form);
  };
  document.addEventListener("input", (event) => change(event.target));
  // What a named button of the form draws anew has changed as well: a sentence that was added, one that was removed.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("button[name]")) change(event.target);
  });
  // A form that comes back with problems was not saved.
  for (const problem of document.querySelectorAll("form[data-guard] .problem")) change(problem);
  window.addEventListener("beforeunload", (event) => {
    if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
  });

  // A problem whose place was changed is said no longer: the next answer tells anew what is wrong.
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form");
    const box = form?.querySelector(".problem");
    if (!box) return;
    const part = target.closest(".has-problem");
    for (const line of box.querySelectorAll("li")) {
      const place = line.querySelector("a")?.hash.slice(1);
      if (place ? place === target.id : part) line.remove();
    }
    part?.querySelector(".field-problem")?.remove();
    part?.classList.remove("has-problem");
    if (!box.querySelector("li")) box.remove();
  });

  // Whoever signs in again in another tab has a new token there, which the cookie tells; this page goes on with it.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  document.addEventListener("submit", (event) => {
    const field = event.target.elements.namedItem("csrfmiddlewaretoken");
    if (field && token()) field.value = token();
  }, true);
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!token()) return;
    if (detail.headers["X-CSRFToken"]) detail.headers["X-CSRFToken"] = token();
    if (detail.formData.has("csrfmiddlewaretoken")) detail.formData.set("csrfmiddlewaretoken", token());
  });

  // The second click of an impatient hand must not send twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    unsaved.delete(form);
    if (form.method !== "post" || form.matches("[hx-post]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A part of a form that is drawn anew from what the form holds. One answer at a time, so that none is drawn from less
  // than the page shows: a press in between waits for nothing and does nothing, and an answer that comes after somebody
  // typed on is asked for again with what stands there now.
  const asked = new Map();
  const held = (part) => JSON.stringify(
    [...part.querySelectorAll("input[name], select[name], textarea[name]")].map((field) => [field.name, field.value, field.checked]),
  );
  const isDrawnAnew = ({ requestConfig: { verb, elt, target } }) =>
    verb === "post" && target.closest("form")?.contains(elt) && target.querySelector("input[name], select[name]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.requestConfig.target;
    if (!isDrawnAnew(event.detail)) return;
    if (asked.has(part)) {
      event.preventDefault();
      return;
    }
    asked.set(part, held(part));
    part.setAttribute("aria-busy", "true");
  });
  const answered = (part) => {
    part.removeAttribute("aria-busy");
    return asked.delete(part);
  };
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { elt, target: part, triggeringEvent } = detail.requestConfig;
    if (!asked.has(part) || detail.target !== part || asked.get(part) === held(part)) return;
    answered(part);
    detail.shouldSwap = false;
    htmx.trigger(elt, triggeringEvent.type);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => answered(detail.requestConfig.target));
  // The second half of a double click is no deed of its own, whatever stands under the pointer by then.
  document.addEventListener("click", (event) => {
    // A click that is asked for again by code carries no count.
    if (!(event.detail >= 2) || !event.target.closest("button[hx-post], [hx-post] button")) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  const ready = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
    const problem = root.querySelector("[data-problem]");
    if (problem) problem.focus();
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.querySelector("span").textContent = button.dataset.copied;
  });
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
})();
