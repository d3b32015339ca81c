// A choice with search: <input data-picker="Choices" list="…"> over its datalist, and long <select data-picker="Choices"> lists.
// Without this script both stay what they are, and the server understands what is typed.
(() => {
  "use strict";

  const FEW = 12;
  const MOST_SHOWN = 60;
  const MOST_NEAR = 5;
  const ALIKE = 0.4;
  let serial = 0;

  const small = (text) => text.normalize("NFKC").toLowerCase();

  // What a text is compared by: its Chinese characters, and each two other letters that stand together.
  const HAN = /\p{Script=Han}/gu;
  const pieces = (text) => {
    const letters = [...text.replace(HAN, " ")];
    return new Set([...(text.match(HAN) ?? []), ...letters.slice(1).map((letter, at) => letters[at] + letter)]);
  };
  // The options most like what was typed, best first, when enough of it is found in them.
  const nearest = (options, wanted, read) => {
    const asked = [...pieces(wanted)].filter((piece) => !piece.includes(" "));
    const likeness = (option) => { const said = pieces(read(option)); return asked.filter((piece) => said.has(piece)).length / asked.length; };
    const near = options.map((option) => [likeness(option), option]).filter(([share]) => share >= ALIKE);
    return near.sort((one, other) => other[0] - one[0]).slice(0, MOST_NEAR).map(([, option]) => option);
  };

  class Picker {
    // input: what one types into; words: what the list is called; options(): [{text, hint, value}]; choose(option): takes one.
    constructor(input, words, options, choose) {
      Object.assign(this, { input, options, choose, at: -1, shown: [] });
      this.list = document.createElement("ul");
      this.list.className = "picker-list";
      this.list.id = `picker-${++serial}`;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", words);
      this.list.hidden = true;
      const frame = document.createElement("span");
      frame.className = "picker";
      const isTypedInto = document.activeElement === input;
      input.before(frame);
      frame.append(input, this.list);
      // What is moved loses the focus, and what is typed meanwhile would go nowhere.
      if (isTypedInto) input.focus();
      const attributes = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, autocomplete: "off" };
      for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
      // What stands in it when one comes back is not what one looks for: everything is offered until one types.
      input.addEventListener("focus", () => this.open(""));
      input.addEventListener("click", () => this.list.hidden && this.open(""));
      input.addEventListener("input", () => this.open(input.value));
      input.addEventListener("blur", () => this.close());
      input.addEventListener("keydown", (event) => this.key(event));
      // The press must not take the focus from the input before the click is known.
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const row = event.target.closest("[role=option]");
        if (row?.dataset.at) this.take(this.shown[Number(row.dataset.at)]);
      });
    }

    open(looked) {
      this.looked = looked;
      const wanted = small(looked.trim());
      const read = (option) => small(`${option.text} ${option.hint}`);
      this.shown = this.options().filter((option) => read(option).includes(wanted)).slice(0, MOST_SHOWN);
      if (!this.shown.length) this.shown = nearest(this.options(), wanted, read);
      this.at = -1;
      this.list.replaceChildren(...this.shown.map((option, at) => this.row(option, at)));
      const isMissed = wanted && !this.shown.length && this.options().length > 0;
      if (isMissed) this.list.append(this.nothing());
      this.show(this.shown.length > 0 || isMissed);
    }

    nothing() {
      const row = document.createElement("li");
      row.className = "muted";
      row.setAttribute("role", "option");
      row.setAttribute("aria-disabled", "true");
      row.textContent = document.querySelector("[data-announcements]")?.dataset.nothing ?? "–";
      return row;
    }

    row(option, at) {
      const row = document.createElement("li");
      row.id = `${this.list.id}-${at}`;
      row.dataset.at = at;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.append(option.text);
      if (option.hint && option.hint !== option.text) {
        const hint = document.createElement("span");
        hint.className = "muted";
        hint.textContent = option.hint;
        row.append(" ", hint);
      }
      return row;
    }

    show(isShown) {
      this.list.hidden = !isShown;
      this.input.setAttribute("aria-expanded", String(isShown));
      if (!isShown) this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.show(false);
      this.left?.();
    }

    move(step) {
      if (this.list.hidden) this.open("");
      if (!this.shown.length) return;
      this.list.children[this.at]?.setAttribute("aria-selected", "false");
      this.at = this.at < 0 && step < 0 ? this.shown.length - 1 : (this.at + step + this.shown.length) % this.shown.length;
      const row = this.list.children[this.at];
      row.setAttribute("aria-selected", "true");
      row.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", row.id);
    }

    key(event) {
      const isOpen = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(event.key === "ArrowDown" ? 1 : -1);
      // Enter chooses, and sends no form in which a choice is only half typed.
      else if (event.key === "Enter") this.enter();
      else if (event.key === "Escape" && isOpen) this.show(false);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }

    enter() {
      const typed = small(this.input.value.trim());
      const meant = this.shown[this.at] ?? this.shown.find((option) => small(option.text) === typed);
      if (!this.list.hidden && meant) this.take(meant);
      else this.show(false);
    }

    take(option) {
      this.choose(option);
      this.show(false);
    }
  }

  const tell = (control) => {
    for (const name of ["input", "change"]) control.dispatchEvent(new Event(name, { bubbles: true }));
  };

  const forInput = (input) => {
    const source = document.getElementById(input.getAttribute("list"));
    // The browser's own list would lie over ours.
    input.removeAttribute("list");
    const options = () => [...source.options].map((one) => ({ text: one.value, hint: one.label === one.value ? "" : one.label, value: one.value }));
    const picker = new Picker(input, input.dataset.picker, options, (option) => {
      input.value = option.value;
      tell(input);
      picker.show(false);
    });
    // A list that comes only now opens for whoever waits in its input.
    new MutationObserver(() => document.activeElement === input && picker.open(picker.looked ?? "")).observe(source, { childList: true });
  };

  const forSelect = (select) => {
    if (select.options.length <= FEW || select.multiple) return;
    const input = document.createElement("input");
    input.type = "text";
    input.className = "form-control";
    const name = select.getAttribute("aria-label") || select.labels[0]?.textContent.trim();
    input.setAttribute("aria-label", name);
    if (select.getAttribute("aria-describedby")) input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
    for (const label of select.labels) label.addEventListener("click", () => input.focus());
    const chosen = () => { input.value = select.value ? select.selectedOptions[0].text.trim() : ""; };
    input.placeholder = select.options[0].value ? "" : select.options[0].text;
    select.before(input);
    select.hidden = true;
    const options = () => [...select.options].map((one) => ({ text: one.text.trim(), hint: one.dataset.hint ?? "", value: one.value }));
    const picker = new Picker(input, select.dataset.picker, options, (option) => {
      select.value = option.value;
      chosen();
      tell(select);
    });
    // Half a name is no choice: what was chosen before stands there again.
    picker.left = () => {
      if (!input.value.trim() && !select.required && !select.options[0].value) { select.value = ""; tell(select); }
      chosen();
    };
    chosen();
  };

  const ready = (root) => {
    for (const input of root.querySelectorAll("input[data-picker][list]")) forInput(input);
    for (const select of root.querySelectorAll("select[data-picker]:not([hidden])")) forSelect(select);
  };
  // A name that was suggested takes the place of the one that nobody knows.
  document.addEventListener("click", (event) => {
    const { fillIn, insteadOf } = event.target.closest("[data-fill-in]")?.dataset ?? {};
    if (!fillIn) return;
    const input = [...document.querySelectorAll("input[data-picker]")].find((one) => one.value === insteadOf);
    if (!input) return;
    input.value = fillIn;
    tell(input);
    input.focus();
    input.closest(".picker")?.querySelector(".picker-list")?.setAttribute("hidden", "");
    input.setAttribute("aria-expanded", "false");
  });
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
})();
