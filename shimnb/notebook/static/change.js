// How a row of a comparison says what became of it: a sign, a colour, and words for those who see neither.

import { element } from "./dom.js";

const SIGNS = /** @type {Record<string, [string, string]>} */ ({
  added: ["+", "added"],
  removed: ["−", "removed"],
  changed: ["~", "changed"],
  below: ["", "changes below"],
});

/**
 * The sign before a row's key, with its word; null for a row that is the same.
 * @param {{ change?: string }} row
 */
export function changeSign(row) {
  const [sign, word] = SIGNS[row.change ?? ""] ?? [];
  if (word === undefined) return null;
  const made = element("span", "sn-change-sign");
  const shown = element("span", "", sign);
  shown.setAttribute("aria-hidden", "true");
  made.append(shown, element("span", "sn-unseen", `${word}: `));
  return made;
}

/**
 * What the value was, for the end of the value's cell; null where there is nothing to say.
 * @param {{ change?: string, before?: string }} row
 */
export function changeBefore(row) {
  if (row.change !== "changed" || !row.before) return null;
  const made = element("span", "sn-before");
  made.append("was ", element("del", "sn-before-value", row.before));
  return made;
}
