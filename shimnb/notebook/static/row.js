// One row's cells. The tree puts the element where it belongs and sets its role and place.

import { changeBefore, changeSign } from "./change.js";
import { element, sizeWords } from "./dom.js";
import { focused } from "./keys.js";
import { longText } from "./longtext.js";

/** @typedef {import("./treeview.js").Row} Row */
/** @typedef {import("./treeview.js").RowContext} RowContext */

/**
 * What a row keeps in the view alone: in no state that is saved, and gone when the tree shows something else.
 * @typedef {object} Kept
 * @property {{ value: string, kind: string, long: boolean }} [revealed] The hidden value, once it was asked for.
 * @property {import("./longtext.js").Slice} [slice] The part of the long text that is shown; an expanded row has one.
 * @property {boolean} [busy] Whether the kernel was asked.
 * @property {string} [error] Why it gave nothing.
 */

/**
 * Fill a row's element.
 * @param {HTMLElement} item
 * @param {Row} row
 * @param {RowContext} context
 */
export function drawRow(item, row, context) {
  const before = context.view === "written" ? row.written : undefined;
  item.classList.toggle("sn-unset", row.unset === true);
  item.classList.toggle("sn-differs", before?.value !== undefined);
  item.classList.toggle("sn-differs-key", before?.key !== undefined);
  const key = element("span", "sn-key");
  const twisty = element("span", context.branch ? "sn-twisty" : "sn-twisty sn-leaf");
  twisty.setAttribute("aria-hidden", "true");
  const sign = changeSign(row);
  if (sign) key.append(twisty, sign, element("span", "sn-name", before?.key || row.key));
  else key.append(twisty, element("span", "sn-name", before?.key || row.key));
  item.dataset.change = row.change ?? "";
  key.title = [row.help, row.tip].filter(Boolean).join("\n");
  const cells = [key, valueCell(row, context)];
  if (context.sizes) cells.push(element("span", "sn-size", row.size > 0 ? sizeWords(row.size) : ""), sizeBar(row, context));
  const { slice } = keptOf(context);
  if (slice) cells.push(longText(slice, row.key, turning(context), () => item.focus()));
  const had = focused(item);
  const name = had !== item && had instanceof HTMLElement && item.contains(had) ? nameOf(had) : null;
  item.replaceChildren(...cells);
  // A control that was pressed is drawn anew: the focus goes to its like, or else to the row.
  if (name !== null) (controls(item).find((control) => nameOf(control) === name) ?? item).focus({ preventScroll: true });
}

/** @param {HTMLElement} item @returns {HTMLElement[]} */
function controls(item) {
  return [...item.querySelectorAll("button, pre")].filter((control) => control instanceof HTMLElement);
}

/** @param {HTMLElement} control */
function nameOf(control) {
  return control.getAttribute("aria-label") ?? control.textContent ?? "";
}

/** @param {RowContext} context @returns {Kept} */
function keptOf(context) {
  return context.kept ?? {};
}

/**
 * @param {Row} row
 * @param {RowContext} context
 */
function valueCell(row, context) {
  const { revealed, busy, error, slice } = keptOf(context);
  const before = context.view === "written" && !revealed ? row.written : undefined;
  const cell = element("span", "sn-cell");
  const value = revealed?.value ?? (before?.value || row.value);
  const type = before?.type || row.type;
  // An int that arrives as a float looks like an int where it was written.
  const kind = revealed?.kind ?? (before?.type === "int" && row.kind === "float" ? "int" : row.kind);
  if (value) cell.append(element("span", `sn-value sn-${kind}`, value), " ");
  if (type) cell.append(element("span", "sn-type", type), " ");
  const was = changeBefore(row);
  if (was) cell.append(was, " ");
  if (row.unset && row.value !== "not set") cell.append(element("span", "sn-type", "not set"), " ");
  const badge = badgeWords(row, before !== undefined);
  if (badge) cell.append(element("span", "sn-badge", badge), " ");
  if (row.secret) cell.append(rowButton(revealed ? "Hide" : "Reveal", `the value of ${row.key}`, () => leafAct(row, context)), " ");
  if (isLong(row, context)) {
    const button = rowButton(slice ? "Show less" : "Show all", `of ${row.key}`, () => toggleText(context));
    button.setAttribute("aria-expanded", String(slice !== undefined));
    cell.append(button, " ");
  }
  if (busy) cell.append(element("span", "sn-type", "Fetching…"));
  if (error) cell.append(element("span", "sn-failed", error));
  return cell;
}

/**
 * Words for what was lost: beside the value that arrives what it was, beside the one that was written what it becomes.
 * @param {Row} row
 * @param {boolean} asWritten
 */
function badgeWords(row, asWritten) {
  return asWritten && row.was ? `arrives as ${row.was.after}: ${row.was.why}` : row.badge;
}

/**
 * A quiet button in a row; the keyboard has Enter on the row itself.
 * @param {string} word
 * @param {string} of
 * @param {() => void} act
 */
function rowButton(word, of, act) {
  const button = element("button", "sn-row-button", word);
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", `${word} ${of}`);
  button.tabIndex = -1;
  button.addEventListener("click", act);
  return button;
}

/**
 * @param {Row} row
 * @param {RowContext} context
 */
function sizeBar(row, context) {
  const bar = element("span", "sn-bar");
  bar.setAttribute("aria-hidden", "true");
  const fill = element("span", "sn-fill");
  fill.style.inlineSize = `${Math.min(100, (100 * row.size) / context.total)}%`;
  if (row.size > 0) bar.append(fill);
  return bar;
}

/**
 * @param {Row} row
 * @param {RowContext} context
 */
function isLong(row, context) {
  return row.secret ? keptOf(context).revealed?.long === true : row.long === true;
}

/**
 * What Enter, Space and a double click do on a row without children: reveal or hide, show all or less.
 * @param {Row} row
 * @param {RowContext} context
 */
export function leafAct(row, context) {
  if (!row.secret) {
    if (row.long) toggleText(context);
    return;
  }
  if (keptOf(context).revealed) return context.keep(undefined);
  context.keep({ busy: true });
  context.ask({ type: "reveal" }).then(
    (reply) => context.keep({ revealed: { value: String(reply.value), kind: String(reply.kind), long: reply.long === true } }),
    (/** @type {unknown} */ reason) => context.keep({ error: reason instanceof Error ? reason.message : String(reason) }),
  );
}

/** @param {RowContext} context */
function toggleText(context) {
  const { revealed, slice } = keptOf(context);
  if (slice) context.keep(revealed ? { revealed } : undefined);
  else turning(context)(0, "");
}

/**
 * Give what turns to another part of a row's long text.
 * @param {RowContext} context
 * @returns {(start: number, form: string, reveal?: boolean) => void}
 */
function turning(context) {
  return (start, form, reveal = false) => {
    const { revealed, slice } = keptOf(context);
    context.keep({ revealed, slice, busy: true });
    context.ask({ type: "text", start, form, reveal: reveal || revealed !== undefined }).then(
      (reply) => context.keep({ revealed, slice: /** @type {import("./longtext.js").Slice} */ (/** @type {unknown} */ (reply)) }),
      (/** @type {unknown} */ reason) => context.keep({ revealed, slice, error: reason instanceof Error ? reason.message : String(reason) }),
    );
  };
}
