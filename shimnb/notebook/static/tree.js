import { keepKeys } from "./keys.js";
import { element, sizeWords, treeView } from "./treeview.js";

/** @typedef {{ name: string, label: string, notes: string[], size: number, level?: string, warning?: string }} Title */

/** @typedef {{ request: string, rows?: import("./treeview.js").Row[], expanded?: string[], note?: string, error?: string }} Reply */

/**
 * The part of anywidget's model that is used here.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(content: unknown) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 */

const PATIENCE = 8000;
const DEPTHS = /** @type {const} */ ([[1, "1", "Close all rows"], [2, "2", "Open to depth 2"], [3, "3", "Open to depth 3"], [0, "all", "Open all rows"]]);

/**
 * Questions to the kernel, each with its own answer.
 * @param {Model} model
 */
function asker(model) {
  const prefix = Math.random().toString(36).slice(2);
  let count = 0;
  /** @type {Map<string, { resolve: (reply: Reply) => void, reject: (reason: Error) => void }>} */
  const open = new Map();
  /** @param {Reply} reply */
  const answered = (reply) => {
    const question = open.get(reply?.request);
    if (!question) return;
    open.delete(reply.request);
    if (reply.error) question.reject(new Error(reply.error));
    else question.resolve(reply);
  };
  model.on("msg:custom", answered);
  return {
    /**
     * @param {object} content
     * @returns {Promise<Reply>}
     */
    ask(content) {
      count += 1;
      const request = `${prefix}-${count}`;
      return new Promise((resolve, reject) => {
        open.set(request, { resolve, reject });
        setTimeout(() => open.delete(request) && reject(new Error("The kernel does not answer; it may be busy.")), PATIENCE);
        model.send({ ...content, request });
      });
    },
    stop() {
      model.off("msg:custom", answered);
      open.clear();
    },
  };
}

/**
 * @param {HTMLElement} line
 * @param {Title} title
 */
function drawTitle(line, title) {
  const notes = title.notes.map((note) => element("span", "sn-title-note", note));
  const size = element("span", `sn-title-size ${title.level ? `sn-level-${title.level}` : ""}`, title.size > 0 ? sizeWords(title.size) : "");
  line.replaceChildren(element("strong", "sn-title-name", title.name), ...notes, size);
  if (title.warning) line.append(element("span", `sn-title-note sn-level-${title.level}`, title.warning));
}

/**
 * @param {(depth: number) => void} onDepth
 */
function depthButtons(onDepth) {
  const group = element("div", "sn-depths");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Depth");
  const label = element("span", "sn-depths-label", "depth");
  label.setAttribute("aria-hidden", "true");
  group.append(label);
  for (const [depth, text, name] of DEPTHS) {
    const button = element("button", "sn-depth", text);
    button.setAttribute("type", "button");
    button.setAttribute("aria-label", name);
    button.title = name;
    button.addEventListener("click", () => onDepth(depth));
    group.append(button);
  }
  return group;
}

/** @param {{ model: Model, el: HTMLElement }} context */
function render({ model, el }) {
  const { ask, stop } = asker(model);
  const root = element("div", "shimnb shimnb-tree");
  root.setAttribute("role", "group");
  keepKeys(root);
  const head = element("div", "sn-head");
  const title = element("div", "sn-title");
  const status = element("div", "sn-status");
  status.setAttribute("role", "status");
  const body = element("div", "sn-body");

  const view = treeView(body, model.get("rows"), {
    label: model.get("title").label,
    expanded: model.get("expanded"),
    children: (id, start) => ask({ type: "children", id, start }).then((reply) => reply.rows ?? []),
    onExpanded: remember,
  });

  /** @param {string[]} ids What is open: kept in the model, from where every view of it takes it. */
  function remember(ids) {
    model.set("expanded", ids);
    model.save_changes();
  }

  function onExpanded() {
    view.expand(model.get("expanded"));
  }

  /** @param {number} depth */
  function toDepth(depth) {
    status.textContent = "";
    if (depth === 1) return remember([]);
    ask({ type: "depth", depth }).then(
      (reply) => {
        view.update(reply.rows ?? [], reply.expanded);
        remember(reply.expanded ?? []);
        status.textContent = reply.note ?? "";
      },
      (/** @type {unknown} */ reason) => {
        status.textContent = reason instanceof Error ? reason.message : String(reason);
      },
    );
  }

  function onRows() {
    drawTitle(title, model.get("title"));
    root.setAttribute("aria-label", model.get("title").name);
    status.textContent = "";
    view.update(model.get("rows"));
  }
  function onTitle() {
    drawTitle(title, model.get("title"));
  }

  onTitle();
  root.setAttribute("aria-label", model.get("title").name);
  head.append(title, depthButtons(toDepth));
  root.append(head, body, status);
  el.append(root);
  model.on("change:expanded", onExpanded);
  model.on("change:rows", onRows);
  model.on("change:title", onTitle);
  return () => {
    model.off("change:expanded", onExpanded);
    model.off("change:rows", onRows);
    model.off("change:title", onTitle);
    stop();
    view.destroy();
    root.remove();
  };
}

export default { render };
