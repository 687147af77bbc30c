"use strict";
(() => {
  const data = document.getElementById("class-data");
  if (!data) return;
  const AT_ONCE = 100; // rows that are shown
  const STUDENT = 0, NAME = 1, FILE = 2, POINTS = 3, SCORE = 4, PERCENT = 5, OPEN = 6, CELLS = 7;
  const { rows, cells, total, size, folder } = JSON.parse(data.textContent);
  const by = (id) => document.getElementById(id);
  const body = by("students").tBodies[0];
  const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  let order = null; // places of the rows that are shown, in their order; null: all as they come
  let column = STUDENT, down = false, page = 0, asked = 0;

  // the rows beyond the first lie in files beside this page, which call classRows
  const files = new Map();
  window.classRows = (number, some) => some.forEach((row, k) => (rows[(number - 1) * size + k] = row));
  const load = (number) => {
    if (!files.has(number))
      files.set(number, new Promise((done, failed) => {
        const file = document.createElement("script");
        file.src = `${folder}/${number}.js`;
        file.onload = done;
        file.onerror = () => { files.delete(number); failed(); };
        document.head.append(file);
      }));
    return files.get(number);
  };
  const withRows = (places, then) => {
    const missing = new Set(places.filter((place) => !rows[place]).map((place) => Math.floor(place / size) + 1));
    if (!missing.size) return then();
    const now = ++asked;
    by("found").textContent = "loading …";
    Promise.all([...missing].map(load)).then(
      () => now === asked && then(),
      () => (by("found").textContent = `The other rows lie in the folder ${folder}, which is not beside this page.`),
    );
  };
  const everyone = () => Array.from({ length: total }, (_, place) => place);

  const make = (tag, text, kind) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    made.textContent = text;
    return made;
  };
  const drawn = cells.map(([outcome, text, word]) => {
    const cell = make("td", word ? "" : text, outcome);
    if (word) {
      const seen = make("span", text);
      seen.setAttribute("aria-hidden", "true");
      cell.append(seen, make("span", word, "unseen"));
    }
    return cell;
  });
  const drawRow = (row) => {
    const line = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    const link = document.createElement("a");
    link.href = `feedback/${row[FILE] || `${row[STUDENT]}.html`}`;
    link.append(make("bdi", row[STUDENT]));
    head.append(link);
    const name = document.createElement("td");
    name.append(make("bdi", row[NAME]));
    const open = make("td", "", "right");
    if (row[OPEN]) open.append(make("span", row[OPEN], "badge open"));
    line.append(head, name, make("td", row[SCORE], "right"), make("td", `${row[PERCENT]} %`, "right"), open);
    row[CELLS].split(" ").forEach((place) => line.append(drawn[place].cloneNode(true)));
    return line;
  };

  const show = () => {
    const count = order ? order.length : total;
    const from = page * AT_ONCE;
    const to = Math.min(count, from + AT_ONCE);
    const places = order ? order.slice(from, to) : Array.from({ length: to - from }, (_, k) => from + k);
    withRows(places, () => {
      body.replaceChildren(...places.map((place) => drawRow(rows[place])));
      by("found").textContent = by("search").value.trim() ? `${count} of ${total} students` : `${total} students`;
      by("pager").hidden = count <= AT_ONCE;
      by("range").textContent = `${from + 1} to ${to} of ${count}`;
      by("earlier").disabled = page === 0;
      by("later").disabled = to === count;
    });
  };

  const arrange = () => {
    const wanted = by("search").value.trim().toLocaleLowerCase();
    page = 0;
    if (!wanted && column === STUDENT && !down) {
      order = null;
      return show();
    }
    const all = everyone();
    withRows(all, () => {
      const text = (row) => `${row[STUDENT]} ${row[NAME]}`.toLocaleLowerCase();
      order = wanted ? all.filter((place) => text(rows[place]).includes(wanted)) : all;
      if (column !== STUDENT || down) {
        const compare = column <= NAME ? words.compare : (one, two) => one - two;
        order.sort((one, two) => compare(rows[one][column], rows[two][column]) * (down ? -1 : 1));
      }
      show();
    });
  };

  for (const head of by("students").querySelectorAll("th[data-column]")) {
    const button = make("button", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      down = head.getAttribute("aria-sort") === "ascending";
      column = Number(head.dataset.column);
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      arrange();
    });
    head.replaceChildren(button);
  }
  by("search").addEventListener("input", arrange);
  const turn = (pages) => { page += pages; show(); };
  by("earlier").addEventListener("click", () => turn(-1));
  by("later").addEventListener("click", () => turn(1));
  by("class-table").hidden = false;
  show();
})();
