// A table of a run, a page at a time: columns with their types, rows with their numbers.
import { makeLink } from "./button.js";
import { element } from "./dom.js";

/**
 * A page, as tables.py gives it.
 * @typedef {object} TablePage
 * @property {[string, string][]} columns
 * @property {[string, string][][]} rows Texts and kinds.
 * @property {number} start
 * @property {number} column
 * @property {number} total
 * @property {number} width
 * @property {boolean} more
 */

const TABLE_ROWS = 50;
const TABLE_COLUMNS = 20;

/**
 * @param {string} name
 * @param {(window: { start: number, column: number }) => Promise<TablePage>} ask
 */
export function makeTablePage(name, ask) {
  const root = element("div", "snf-table-view");
  const place = element("div", "snf-table-place");
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", `Table ${name}`);
  place.tabIndex = 0;
  const line = element("div", "snf-table-line");
  const said = element("span", "snf-note", "Reading...");
  said.setAttribute("aria-live", "polite");
  let start = 0;
  let column = 0;
  /** @type {TablePage | null} */
  let shown = null;
  let last = 0;

  /** @type {[string, number, number][]} */
  const steps = [
    ["Previous rows", -TABLE_ROWS, 0],
    ["Next rows", TABLE_ROWS, 0],
    ["Previous columns", 0, -TABLE_COLUMNS],
    ["Next columns", 0, TABLE_COLUMNS],
  ];
  const buttons = steps.map(([text, down, right]) => {
    const button = makeLink(text, `of ${name}`);
    button.hidden = true;
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      load(start + down, column + right);
    });
    return button;
  });
  line.append(said, ...buttons);
  root.append(place, line);

  /** @type {(nextStart: number, nextColumn: number) => void} */
  function load(nextStart, nextColumn) {
    last += 1;
    const mine = last;
    ask({ start: nextStart, column: nextColumn }).then(
      (page) => {
        if (mine !== last) return;
        shown = page;
        start = page.start;
        column = page.column;
        place.replaceChildren(drawTable(name, page));
        place.hidden = false;
        tell();
      },
      (error) => {
        if (mine !== last) return;
        said.textContent = error.message;
        if (!shown) place.hidden = true;
      },
    );
  }

  function tell() {
    if (!shown) return;
    const { rows, columns, total, width, more } = shown;
    const many = `${total.toLocaleString("en")}${more ? " or more" : ""} ${total === 1 ? "row" : "rows"}`;
    const wide = `${width.toLocaleString("en")} ${width === 1 ? "column" : "columns"}`;
    const part = [];
    if (rows.length < total) part.push(`rows ${(start + 1).toLocaleString("en")} to ${(start + rows.length).toLocaleString("en")}`);
    if (columns.length < width) part.push(`columns ${column + 1} to ${column + columns.length}`);
    said.textContent = `${many}, ${wide}${part.length ? `; shown: ${part.join(", ")}` : ""}`;
    const can = [start > 0, start + rows.length < total, column > 0, column + columns.length < width];
    for (const [index, button] of buttons.entries()) {
      const pair = index - (index % 2);
      button.hidden = !can[pair] && !can[pair + 1];
      button.setAttribute("aria-disabled", String(!can[index]));
    }
  }

  place.hidden = true;
  load(0, 0);
  return root;
}

/**
 * @param {string} name
 * @param {TablePage} page
 */
function drawTable(name, page) {
  const table = element("table", "snf-table");
  table.append(element("caption", "snf-unseen", name));
  const head = element("tr", "");
  const corner = element("th", "snf-table-index");
  corner.setAttribute("scope", "col");
  corner.append(element("span", "snf-unseen", "row"));
  head.append(corner);
  const numbers = page.columns.map((_, index) => page.rows.some((row) => row[index][1] === "number"));
  for (const [index, [title, type]] of page.columns.entries()) {
    const cell = element("th", numbers[index] ? "snf-cell-number" : "");
    cell.setAttribute("scope", "col");
    cell.append(element("span", "snf-table-name", title), " ", element("span", "snf-table-type", type));
    head.append(cell);
  }
  const top = element("thead", "");
  top.append(head);
  const rows = element("tbody", "");
  for (const [index, cells] of page.rows.entries()) {
    const row = element("tr", "");
    const label = element("th", "snf-table-index", String(page.start + index));
    label.setAttribute("scope", "row");
    row.append(label);
    for (const [column, [text, kind]] of cells.entries()) {
      const cell = element("td", numbers[column] ? `snf-cell-${kind} snf-cell-number` : `snf-cell-${kind}`, text);
      if (text.length > 40) cell.title = text;
      row.append(cell);
    }
    rows.append(row);
  }
  table.append(top, rows);
  return table;
}
