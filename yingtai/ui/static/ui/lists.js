// Lists: all rows are ticked at once, and the arrow keys go from row to row.
(() => {
  "use strict";

  const say = (table) => {
    const ticked = table.querySelectorAll("[name=chosen]:checked").length;
    const said = document.querySelector("[data-ticked]");
    if (!said) return;
    said.dataset.before ??= said.textContent;
    said.textContent = ticked ? `${ticked} ${said.dataset.words}` : said.dataset.before;
  };

  document.addEventListener("change", (event) => {
    const table = event.target.closest("table");
    if (!table || !event.target.matches("[data-tick-all], [name=chosen]")) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of table.querySelectorAll("[name=chosen]")) box.checked = event.target.checked;
    }
    say(table);
  });

  // A filter draws only the rows and changes the address: what is kept, which columns are asked for, and the titles that
  // sort go by the address as it is now.
  document.addEventListener("htmx:pushedIntoHistory", () => {
    for (const field of document.querySelectorAll(".list-tools [name=query], .list-bulk [name=query]")) field.value = location.search.slice(1);
    for (const link of document.querySelectorAll("[data-sheet]")) {
      const query = new URLSearchParams(location.search);
      query.delete("after");
      query.set("as", "csv");
      link.href = `?${query}`;
    }
    for (const link of document.querySelectorAll(".list-views [aria-current]")) link.removeAttribute("aria-current");
    for (const link of document.querySelectorAll("thead a[href]")) {
      const query = new URLSearchParams(location.search);
      query.set("sort", new URL(link.href).searchParams.get("sort") ?? "");
      query.delete("after");
      link.href = `?${query}`;
    }
  });

  // Only while a row has the focus, so that no key is taken from anybody else.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const row = event.target.closest?.("tbody > tr");
    if (!row || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const selector = event.target.matches("[type=checkbox]") ? "[type=checkbox]" : "a[href]";
    let next = row;
    do next = event.key === "ArrowDown" ? next.nextElementSibling : next.previousElementSibling;
    while (next && !next.querySelector(selector));
    if (!next) return;
    event.preventDefault();
    next.querySelector(selector).focus();
  });
})();
