// What the inputs will be: the literals as a tree, and the errors of those that have none. Asked for when it is opened.
import { element } from "./dom.js";
import { treeView } from "./treeview.js";

/**
 * @param {string} task
 * @param {(content: object) => Promise<any>} ask
 */
export function makeLiteral(task, ask) {
  const root = document.createElement("details");
  root.className = "snf-literal";
  const summary = element("summary", "", "Literal");
  summary.title = "What the executor will get";
  const body = element("div", "snf-literal-body");
  root.append(summary, body);
  let asked = 0;
  let timer = 0;

  async function load() {
    asked += 1;
    const mine = asked;
    const answer = await ask({ kind: "literal" });
    if (mine !== asked || !root.isConnected) return;
    body.replaceChildren();
    /** @type {[string, string][]} */
    const wrong = answer.errors ?? [];
    for (const [path, words] of wrong) {
      const line = element("p", "snf-literal-error");
      line.append(element("code", "", path), ` has no literal: ${words}`);
      body.append(line);
    }
    if (answer.rows?.length) {
      /** @type {(id: string, start: number) => Promise<any>} */
      const children = async (id, start) => (await ask({ kind: "literal", id, start })).rows ?? [];
      treeView(body, answer.rows, { label: `Literals of ${task}`, children, sizes: false });
    } else if (!wrong.length) {
      body.append(element("p", "snf-note", "The task takes no inputs: the literal map is empty."));
    }
  }
  root.addEventListener("toggle", () => root.open && void load());
  return {
    root,
    /** Shows what has changed, if anybody looks. */
    refresh() {
      window.clearTimeout(timer);
      if (root.open) timer = window.setTimeout(load, 50);
    },
    dispose: () => window.clearTimeout(timer),
  };
}
