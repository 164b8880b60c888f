
"use strict";
// All text of events reaches the page as textContent: it is never read as markup.
const PAGE_LINES = 100;
const PRINTED_LINES = 300;
const SHORT = 26; // letters that are not broken over two lines
const SOME = 3; // of several values in one cell; the others open by a click
const data = JSON.parse(document.getElementById("data").textContent);
const texts = data.texts;
const input = document.getElementById("filter");
const status = document.getElementById("found");
const number = new Intl.NumberFormat("en");

let folded = null; // the texts as the filter compares them
let ranks = null; // the place of each text in alphabetical order

function fold(text) {
  return text.normalize().toLowerCase();
}

function rankOf(text) {
  if (!ranks) {
    folded ??= texts.map(fold);
    ranks = new Uint32Array(texts.length);
    const order = Uint32Array.from(texts.keys());
    order.sort((a, b) => (folded[a] < folded[b] ? -1 : folded[a] > folded[b] ? 1 : a - b));
    order.forEach((text, rank) => { ranks[text] = rank; });
  }
  return ranks[text];
}

// Characters that cannot be seen stand in the texts spelled out (console.text); a pasted one is to find them, too.
function spelled(words) {
  return words.replace(/(?![\t\n\v\f\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, mark => {
    const code = mark.codePointAt(0).toString(16);
    if (code.length < 3) return `\\x${code.padStart(2, "0")}`;
    return code.length < 5 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });
}

// For each word, which texts hold it.
function matches(words) {
  folded ??= texts.map(fold);
  return words.map(word => Uint8Array.from(folded, text => text.includes(word)));
}

class Table {
  constructor(spec) {
    this.columns = spec.columns;
    this.hidden = spec.hidden; // texts by which a line is found, beside those it shows
    this.sums = spec.sums;
    this.length = spec.length;
    this.element = document.getElementById(`${spec.name}-table`);
    this.turn = document.getElementById(`${spec.name}-turn`);
    this.counted = document.getElementById(`${spec.name}-count`);
    this.order = Uint32Array.from({ length: this.length }, (_, line) => line);
    this.found = this.order;
    this.hits = [];
    this.page = 0;
    this.sorted = null;
    [...this.element.tHead.rows[0].cells].forEach((head, place) => {
      head.firstChild.addEventListener("click", () => this.sort(place));
    });
    [...this.turn.querySelectorAll("button")].forEach(button => {
      button.addEventListener("click", () => this.go(button.dataset.to));
    });
    this.render();
  }

  holds(line, hit) {
    for (const column of this.columns) {
      if (column.kind === "text" && hit[column.values[line]]) return true;
      if (column.kind === "list" && column.values[line].some(text => hit[text])) return true;
    }
    return this.hidden !== null && this.hidden[line].some(text => hit[text]);
  }

  filter(hits) {
    this.hits = hits;
    this.found = hits.length ? this.order.filter(line => hits.every(hit => this.holds(line, hit))) : this.order;
    this.page = 0;
    this.render();
  }

  key(column, line) {
    const value = column.values[line];
    if (column.kind === "number") return value;
    if (column.kind === "text") return rankOf(value);
    return value.length ? rankOf(value[0]) : -1;
  }

  sort(place) {
    const column = this.columns[place];
    const again = this.sorted?.place === place;
    const down = again ? !this.sorted.down : column.kind === "number";
    this.sorted = { place, down };
    const keys = Float64Array.from({ length: this.length }, (_, line) => this.key(column, line));
    this.order.sort((a, b) => (down ? keys[b] - keys[a] : keys[a] - keys[b]) || a - b);
    [...this.element.tHead.rows[0].cells].forEach((head, other) => {
      head.setAttribute("aria-sort", other === place ? (down ? "descending" : "ascending") : "none");
    });
    this.filter(this.hits);
  }

  go(where) {
    const last = Math.max(0, Math.ceil(this.found.length / PAGE_LINES) - 1);
    const pages = { first: 0, previous: this.page - 1, next: this.page + 1, last };
    this.page = Math.min(Math.max(pages[where], 0), last);
    this.render();
  }

  render(lines = PAGE_LINES) {
    const begin = lines === PAGE_LINES ? this.page * PAGE_LINES : 0;
    const end = Math.min(begin + lines, this.found.length);
    const rows = document.createDocumentFragment();
    for (let place = begin; place < end; place += 1) rows.append(this.row(this.found[place]));
    this.element.tBodies[0].replaceChildren(rows);
    const whole = `${number.format(this.length)} lines`;
    const found = this.hits.length ? `${number.format(this.found.length)} of ${whole}` : whole;
    const part = this.found.length > lines ? `: ${number.format(begin + 1)} to ${number.format(end)}` : "";
    this.turn.querySelector("span").textContent = found + this.events() + part;
    const narrowed = this.hits.length ? `; the filter: ${input.value.trim()}` : part ? "; the filter narrows them down." : "";
    this.turn.nextElementSibling.textContent = (part ? `Printed here${part} of ${found}` : found) + narrowed;
    this.counted.textContent = number.format(this.found.length);
    const last = end >= this.found.length;
    for (const button of this.turn.querySelectorAll("button")) {
      const back = button.dataset.to === "first" || button.dataset.to === "previous";
      button.disabled = back ? begin === 0 : last;
      button.hidden = this.found.length <= PAGE_LINES;
    }
  }

  events() {
    if (this.sums === null || !this.hits.length) return "";
    const counts = this.columns[this.sums].values;
    return `, together ${number.format(this.found.reduce((sum, line) => sum + counts[line], 0))} events`;
  }

  row(line) {
    const row = document.createElement("tr");
    row.setAttribute("role", "row"); // the phone's layout would take it from the elements
    for (const column of this.columns) row.append(this.cell(column, column.values[line]));
    return row;
  }

  cell(column, value) {
    const cell = document.createElement("td");
    cell.setAttribute("role", "cell");
    cell.dataset.head = column.head;
    if (column.kind === "number") {
      cell.className = "number";
      cell.textContent = number.format(value);
    } else if (column.kind === "text") {
      cell.textContent = texts[value];
    } else {
      this.list(cell, value);
    }
    if (cell.textContent.length <= SHORT) cell.classList.add("short");
    if (!cell.textContent) cell.classList.add("empty");
    return cell;
  }

  // What the filter asks for comes first, so that it is seen why the line is there.
  list(cell, values) {
    const wanted = new Set(values.filter(text => this.hits.some(hit => hit[text])));
    const ordered = [...wanted, ...values.filter(text => !wanted.has(text))].map(text => texts[text]);
    const box = document.createElement("div");
    box.textContent = ordered.slice(0, SOME).join(", ");
    cell.append(box);
    if (ordered.length > SOME) {
      const more = document.createElement("details");
      const summary = document.createElement("summary");
      const rest = document.createElement("div");
      summary.textContent = `and ${number.format(ordered.length - SOME)} more`;
      rest.textContent = ordered.slice(SOME).join(", ");
      more.append(summary, rest);
      box.append(" ", more);
    }
  }
}

const tables = data.tables.map(spec => new Table(spec));

function filter() {
  const words = fold(spelled(input.value)).split(/\s+/).filter(Boolean);
  const hits = matches(words);
  for (const table of tables) table.filter(hits);
  const found = tables.reduce((sum, table) => sum + table.found.length, 0);
  status.textContent = !words.length ? "" : found ? `${number.format(found)} lines in all` : data.nothing;
}

// A link that ends in #filter=words opens the page filtered.
function filterByLink() {
  if (!location.hash.startsWith("#filter=")) return;
  try { input.value = decodeURIComponent(location.hash.slice(8)); } catch { input.value = location.hash.slice(8); }
  filter();
  input.focus();
}

input.addEventListener("input", filter);
addEventListener("hashchange", filterByLink);
addEventListener("beforeprint", () => { for (const table of tables) table.render(PRINTED_LINES); });
addEventListener("afterprint", () => { for (const table of tables) table.render(); });
filterByLink();
