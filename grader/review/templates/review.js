// The keys of the review. Whatever they do, the page can do without them: they press its links, buttons and boxes.
"use strict";
(() => {
  const one = (what) => document.querySelector(what);
  const all = (what) => Array.from(document.querySelectorAll(what));
  const form = one("#decide");
  const points = one("#points");
  const tell = () => form && form.dispatchEvent(new Event("change", { bubbles: true }));
  const boxes = () => all('input[name="row"]');
  const press = (what) => { const found = one(what); if (found) found.click(); };

  const lines = () => all("input[data-line]");
  // a line of the rubric was chosen: steps add up, any other says all
  const chosen = (line) => {
    const step = line.type === "checkbox";
    lines().forEach((other) => { if ((other.type === "checkbox") !== step) other.checked = false; });
    const sum = lines().filter((other) => other.checked).reduce((all, other) => all + Number(other.dataset.points), 0);
    points.value = String(Math.round(sum * 1e6) / 1e6);
    if (line.dataset.comment) one("#comment").value = line.dataset.comment;
    points.focus();
    points.select();
    tell();
  };
  const step = (by) => {
    const rows = boxes();
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next) { next.focus(); next.closest("li").scrollIntoView({ block: "nearest" }); }
  };
  const only = () => {
    const text = (document.activeElement.closest(".text") || one(".text"));
    const alone = boxes().every((box) => box.checked === text.contains(box));
    boxes().forEach((box) => { box.checked = alone ? !box.closest("li").classList.contains("ruled") : text.contains(box); });
    tell();
  };
  const keys = {
    "?": () => { const help = one("#help"); help.open = !help.open; if (help.open) help.querySelector("summary").focus(); },
    "/": () => form && one("#comment").focus(),
    g: () => press('a[data-key="g"]'),
    n: () => press('a[data-key="n"], a[data-first]'),
    p: () => press('a[data-key="p"]'),
    u: () => press("#undo button"),
    j: () => step(1),
    k: () => step(-1),
    x: () => { const at = document.activeElement; if (at.name === "row") { at.checked = !at.checked; tell(); } },
    o: () => form && only(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    if (event.key === "Escape") { if (points) points.focus(); const help = one("#help"); help.open = false; return; }
    if (at && (at.id === "comment" || at.tagName === "SELECT")) return;
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); return; }
    const line = one(`input[data-line="${CSS.escape(event.key)}"]`);
    if (form && line) { event.preventDefault(); line.click(); return; }
    if (!form || at === points) return;
    if (/^[0-9.,]$/.test(event.key)) { points.value = ""; points.focus(); }
    else if (event.key === "Enter" && (at === document.body || ["row", "line", "step"].includes(at.name))) {
      event.preventDefault();
      press('#decide button[value="decide"]');
    }
  });
  lines().forEach((line) => line.addEventListener("click", () => chosen(line)));
  if (points) points.addEventListener("input", () => lines().forEach((line) => { line.checked = false; }));
})();
