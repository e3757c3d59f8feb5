// What there is to know of the row that has the focus: two quiet lines below the tree, which describe it to a screen reader too.

import { element } from "./dom.js";

/** @typedef {import("./treeview.js").Row} Row */

let detailsMade = 0;

/** What Enter does on a row, where that cannot be seen. @param {Row} row */
function hint(row) {
  if (row.secret) return "Hidden, for it looks like a secret: Enter reveals and hides it.";
  return row.long ? "Enter shows all of it." : "";
}

/** @param {string | undefined} words What stands beside a value elsewhere, without a capital or an end. */
function sentence(words) {
  return words ? `${words[0].toUpperCase()}${words.slice(1)}.` : "";
}

/** @type {import("./treewidget.js").Tool} */
export function detailsTool({ view, below }) {
  const box = element("div", "sn-details");
  const first = element("div", "sn-details-help");
  const second = element("div", "sn-details-place");
  const path = element("code", "sn-details-path");
  const tip = element("span", "sn-details-tip");
  detailsMade += 1;
  box.id = `sn-details-${detailsMade}-${Math.random().toString(36).slice(2)}`;
  second.append(path, " ", tip);
  box.append(first, second);
  below.append(box);

  /** @param {Row | undefined} row */
  function show(row) {
    first.textContent = row ? [row.help, sentence(row.was?.why), hint(row)].filter(Boolean).join(" ") || row.type || "" : "";
    path.textContent = row?.path ?? "";
    tip.textContent = row?.tip ?? "";
    box.title = row ? [first.textContent, path.textContent, tip.textContent].filter(Boolean).join("\n") : "";
  }

  view.onActive((active) => show(active?.row));
  view.decorate((item, _at, row) => {
    // One row alone has the focus; others would be described by what is not theirs.
    if (item.tabIndex !== 0 || !row) return item.removeAttribute("aria-describedby");
    item.setAttribute("aria-describedby", box.id);
  });
  view.element.addEventListener("focusin", (event) => {
    const item = event.target instanceof Element ? event.target.closest("[role=treeitem]") : null;
    if (!item) return;
    for (const other of view.element.querySelectorAll("[aria-describedby]")) if (other !== item) other.removeAttribute("aria-describedby");
    item.setAttribute("aria-describedby", box.id);
  });
  show(view.active()?.row);
}
