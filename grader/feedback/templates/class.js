"use strict";
(() => {
  const table = document.getElementById("students");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const names = rows.map((row) => `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLocaleLowerCase());
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const filter = () => {
    const wanted = search.value.trim().toLocaleLowerCase();
    let count = 0;
    rows.forEach((row, place) => {
      row.hidden = !names[place].includes(wanted);
      if (!row.hidden) count += 1;
    });
    found.textContent = wanted ? `${count} of ${rows.length} students` : `${rows.length} students`;
  };

  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;

  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const numeric = head.dataset.kind === "number";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sorted = rows.map((row) => [value(row, column), row]);
    sorted.sort(([one], [two]) => (numeric ? one - two : words.compare(one, two)) * (down ? -1 : 1));
    body.append(...sorted.map(([, row]) => row));
  };

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    if (!head.dataset.kind) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, column));
    head.replaceChildren(button);
  });
  search.addEventListener("input", filter);
  document.getElementById("tools").hidden = false;
  filter();
})();
