// The inputs of a run, as the executor got them: the literals as a tree, and as text. Asked for when somebody wants to see.
import { element } from "./dom.js";
import { drawLiteral } from "./output.js";

/**
 * @param {number} number The run's.
 * @param {(content: object) => Promise<any>} ask
 */
export function makeInputs(number, ask) {
  const root = element("div", "snf-output-literal");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `Inputs of run ${number}`);
  root.hidden = true;
  let asked = false;
  function toggle() {
    root.hidden = !root.hidden;
    if (root.hidden || asked) return;
    asked = true;
    const about = (/** @type {object} */ content) => ask({ ...content, inputs: true });
    ask({ kind: "run:inputs" }).then(
      (answer) => drawLiteral(root, `the inputs of run ${number}`, answer, about),
      (error) => {
        asked = false;
        root.replaceChildren(element("p", "snf-note", error.message));
      },
    );
  }
  return { root, toggle, shown: () => !root.hidden };
}
