// What a search found in a row: marked in its key and value, in colour, underlined, and in words where it is not seen.

import { element } from "./dom.js";

/**
 * What search.py tells of a row.
 * @typedef {object} Mark
 * @property {number} [hit] The number of the hit, if the row is one.
 * @property {number[][]} [key] What matches in the key.
 * @property {number[][]} [value] What matches in the value.
 * @property {boolean} [unseen] Whether the match is in a part of the text that is not shown.
 * @property {boolean} [below] Whether a row below this one is a hit.
 */

/** What was marked in an element, so that it is marked once. @type {WeakMap<Element, string>} */
const marked = new WeakMap();

/**
 * @param {HTMLElement} item
 * @param {{ key: string, value: string } | undefined} row
 * @param {Mark | undefined} mark
 * @param {boolean} dim Whether rows that have nothing to do with the search step back.
 * @param {boolean} current Whether this is the hit that was gone to.
 */
export function markRow(item, row, mark, dim, current) {
  const hit = mark?.hit !== undefined;
  item.classList.toggle("sn-hit", hit);
  item.classList.toggle("sn-hit-current", current);
  item.classList.toggle("sn-dim", dim && mark !== undefined && !hit && !mark.below);
  if (!row) return;
  markText(item.querySelector(".sn-name"), row.key, mark?.key ?? []);
  markText(item.querySelector(".sn-value"), row.value, mark?.value ?? []);
  const noted = item.querySelector(".sn-hit-note");
  if (mark?.unseen && !noted) item.querySelector(".sn-cell")?.append(element("span", "sn-hit-note", "found in what is not shown"));
  else if (!mark?.unseen) noted?.remove();
}

/**
 * @param {Element | null} cell
 * @param {string} text The text that the ranges are of; a cell that shows another one is left alone.
 * @param {number[][]} ranges
 */
function markText(cell, text, ranges) {
  if (!cell || cell.textContent !== text) return;
  const state = JSON.stringify(ranges);
  if ((marked.get(cell) ?? "[]") === state) return;
  marked.set(cell, state);
  const parts = [];
  let done = 0;
  for (const [start, end] of ranges) {
    parts.push(text.slice(done, start), element("mark", "sn-mark", text.slice(start, end)));
    done = end;
  }
  cell.replaceChildren(...parts, text.slice(done));
}
