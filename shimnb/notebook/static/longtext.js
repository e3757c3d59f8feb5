// The whole of a long value below its row, a part at a time: the page holds one part, however long the value is.

import { element } from "./dom.js";

/**
 * A part of a text, or of bytes, as texts.py gives it.
 * @typedef {object} Slice
 * @property {string} text
 * @property {number} start
 * @property {number | null} next Where the next part begins.
 * @property {number} total
 * @property {string} unit "characters" or "bytes".
 * @property {string} form "text" or "hex".
 * @property {boolean} [hidden] Whether it looks like a secret, and was left out.
 */

/**
 * @param {Slice} slice
 * @param {string} name What it is the text of.
 * @param {(start: number, form: string, reveal?: boolean) => void} turn Shows another part, or another form.
 * @param {() => void} leave Gives the focus back to the row.
 */
export function longText(slice, name, turn, leave) {
  const box = element("div", "sn-long");
  const text = element("pre", "sn-long-text", slice.hidden ? "This part looks like a secret." : slice.text);
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", `All of ${name}`);
  text.dataset.ownKeys = "";
  const line = element("div", "sn-long-line");
  const stop = slice.next ?? slice.total;
  const whole = slice.start === 0 && slice.next === null;
  const count = slice.total.toLocaleString("en");
  line.append(element("span", "sn-type", whole ? `${count} ${slice.unit}` : `${(slice.start + 1).toLocaleString("en")} to ${stop.toLocaleString("en")} of ${count} ${slice.unit}`));
  const length = slice.next === null ? slice.start : slice.next - slice.start;
  if (!whole) {
    line.append(
      longButton("Previous part", slice.start > 0 ? () => turn(Math.max(0, slice.start - length), slice.form) : null),
      longButton("Next part", slice.next === null ? null : () => turn(slice.next ?? 0, slice.form)),
    );
  }
  if (slice.unit === "bytes") line.append(longButton(slice.form === "hex" ? "As text" : "As hex", () => turn(slice.start, slice.form === "hex" ? "text" : "hex")));
  if (slice.hidden) line.append(longButton("Reveal this part", () => turn(slice.start, slice.form, true)));
  box.append(text, line);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    leave();
    event.preventDefault();
    event.stopPropagation();
  });
  return box;
}

/**
 * @param {string} word
 * @param {(() => void) | null} act Nothing, where there is nothing to do.
 */
function longButton(word, act) {
  const button = element("button", "sn-row-button", word);
  button.setAttribute("type", "button");
  button.dataset.ownKeys = "";
  if (act) button.addEventListener("click", act);
  else button.setAttribute("aria-disabled", "true");
  return button;
}
