// The decks of a run: a stranger's HTML, shown in a frame that runs no script and has no way to the notebook.
import { makeButton } from "./button.js";
import { element } from "./dom.js";

/**
 * A line that opens to the decks; their page is asked for when it is first opened.
 * @param {number} number The run's.
 * @param {string[]} names The decks'.
 * @param {() => void} ask Asks for the page; `show` or `fail` is the answer.
 * @param {(open: boolean) => void} toggled
 */
export function makeDeck(number, names, ask, toggled) {
  const root = document.createElement("details");
  root.className = "snf-deck";
  const summary = element("summary", "");
  summary.append("Deck ", element("span", "snf-names", names.join(", ")));
  const place = element("div", "snf-deck-place");
  const state = element("p", "snf-note", "");
  state.setAttribute("role", "status");
  place.append(state);
  root.append(summary, place);
  let asked = false;
  const open = () => {
    if (asked || !root.open) return;
    asked = true;
    state.textContent = "Loading...";
    ask();
  };
  root.addEventListener("toggle", () => {
    toggled(root.open);
    open();
  });

  /** @param {string} page */
  function show(page) {
    const frame = document.createElement("iframe");
    // Before the page is put in: no script, no form, no window, an origin of its own.
    frame.setAttribute("sandbox", "");
    frame.referrerPolicy = "no-referrer";
    frame.title = `Deck of run ${number}`;
    frame.className = "snf-deck-frame";
    frame.srcdoc = page;
    place.replaceChildren(frame, makeSave(page));
  }

  /** @param {string} error */
  function fail(error) {
    asked = false;
    state.textContent = error;
    place.replaceChildren(state);
  }
  return { root, show, fail };
}

/**
 * A button to keep the page: as a file of its own its scripts may run.
 * @param {string} page
 */
function makeSave(page) {
  const button = makeButton("snf-link", "Save deck.html");
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.download = "deck.html";
    // As bytes of no type: opened by mistake, it is no page of the notebook's own origin.
    link.href = URL.createObjectURL(new Blob([page], { type: "application/octet-stream" }));
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  return button;
}
