// What a run left: its outputs, each as what it is, and its decks.
import { makeDeck } from "./deck.js";
import { element } from "./dom.js";
import { makeOutput } from "./output.js";

/**
 * @typedef {object} ResultsSpec
 * @property {number} number
 * @property {import("./output.js").OutputSpec[]} [outputs]
 * @property {string} [note]
 * @property {string[]} [decks] Their names; the page is asked for when it is opened.
 * @property {string} [hint]
 */

/**
 * What a run's results may ask: `ask` sends a message about the run, and the answer comes back.
 * @typedef {(content: object) => Promise<any>} AskRun
 */

/** Who looks at a run's deck wants to see the next run's too. */
let deckOpen = false;

/**
 * @param {ResultsSpec} spec
 * @param {AskRun} ask
 */
export function makeResults(spec, ask) {
  const root = element("div", "snf-left");
  if (spec.outputs?.length) {
    const outputs = element("div", "snf-outputs");
    outputs.setAttribute("role", "group");
    outputs.setAttribute("aria-label", `Outputs of run ${spec.number}`);
    for (const output of spec.outputs) outputs.append(makeOutput(spec.number, output, ask));
    root.append(outputs);
  }
  if (spec.note) root.append(element("p", "snf-note", spec.note));
  if (spec.hint) root.append(element("p", "snf-note", spec.hint));
  if (spec.decks?.length) {
    const fetch = () =>
      ask({ kind: "deck" }).then(
        (answer) => deck.show(answer.page),
        (error) => deck.fail(error.message),
      );
    const deck = makeDeck(spec.number, spec.decks, fetch, (open) => (deckOpen = open));
    deck.root.open = deckOpen;
    root.append(deck.root);
  }
  return root;
}
