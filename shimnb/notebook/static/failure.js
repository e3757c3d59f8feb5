// A run that failed: what was raised, the user's own lines with a way to each, the tracebacks, and the way into a debugger.
import { makeButton } from "./button.js";
import { element } from "./dom.js";
import { selectLine } from "./notebook.js";

/**
 * @typedef {object} PlaceSpec
 * @property {string} text
 * @property {string} source
 * @property {string} cell The name of its %%shimtask cell; empty for a file.
 * @property {number} line
 * @property {string} function
 */

/**
 * @typedef {object} FailureSpec
 * @property {string} type
 * @property {string} message
 * @property {string} place
 * @property {string} source
 * @property {PlaceSpec[]} places
 * @property {string} traceback
 * @property {string} full
 * @property {string} hint
 * @property {boolean} debug
 */

const SHOWN_PLACES = 5;

/**
 * @param {FailureSpec} failure
 * @param {() => void} debug
 */
export function makeFailure(failure, debug) {
  const root = element("div", "snf-failure");
  const what = element("p", "snf-exception");
  what.append(element("strong", "", failure.type), failure.message ? `: ${failure.message}` : "");
  if (failure.message.length > 1000) {
    // It scrolls.
    what.classList.add("snf-long-message");
    what.tabIndex = 0;
    what.setAttribute("role", "region");
    what.setAttribute("aria-label", "Message");
  }
  root.append(what);
  const said = element("p", "snf-note");
  said.setAttribute("aria-live", "polite");
  const places = [...failure.places].reverse();
  // Of a deep recursion, the rest is a press away.
  const rest = document.createElement("details");
  rest.className = "snf-traceback";
  const more = places.length - SHOWN_PLACES;
  rest.append(element("summary", "", `${more} more ${more === 1 ? "line" : "lines"} of yours`));
  for (const [index, place] of places.entries()) (index < SHOWN_PLACES ? root : rest).append(makePlace(place, index === 0 ? "at" : "called at", said));
  if (more > 0) root.append(rest);
  if (failure.hint) root.append(element("p", "snf-note", failure.hint));
  if (failure.debug) {
    const button = makeButton("snf-link", "Debug");
    button.title = "Let %debug open at this line, with the variables as they were";
    button.addEventListener("click", debug);
    const line = element("p", "");
    line.append(button);
    root.append(line);
  }
  root.append(said);
  /** @type {[string, string][]} */
  const texts = [["Traceback", failure.traceback]];
  if (failure.full) texts.push(["Full traceback", failure.full]);
  for (const [title, text] of texts) {
    const details = element("details", "snf-traceback");
    const trace = element("pre", "", text);
    trace.tabIndex = 0;
    details.append(element("summary", "", title), trace);
    root.append(details);
  }
  return { root, say: (/** @type {string} */ text) => (said.textContent = text) };
}

/**
 * @param {PlaceSpec} place
 * @param {string} word
 * @param {HTMLElement} said
 */
function makePlace(place, word, said) {
  const line = element("p", "snf-place", `${word} `);
  if (place.cell) {
    const link = makeButton("snf-link", place.text);
    link.title = "Select this line in its cell";
    link.addEventListener("click", () => (said.textContent = selectLine(link, place)));
    line.append(link);
  } else {
    line.append(place.text);
  }
  if (place.source) line.append(" ", element("code", "snf-source", place.source));
  return line;
}
