// The tree with its title line and its tools, over an anywidget model.

import { asker } from "./asking.js";
import { element, sizeWords } from "./dom.js";
import { sizeGauge } from "./gauge.js";
import { keepKeys } from "./keys.js";
import { treeView } from "./treeview.js";

/**
 * @typedef {object} Title
 * @property {string} name
 * @property {string} label
 * @property {string[]} notes
 * @property {number} size
 * @property {string} [level]
 * @property {string} [warning]
 * @property {import("./gauge.js").Gauge} [gauge] Of a template: its size against the limits.
 * @property {boolean} [written] Whether it is known how values were written.
 * @property {boolean} [fields] Whether there are fields that may not be set.
 */

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

/**
 * What a tool of the tree is given.
 * @typedef {object} Tools
 * @property {Model} model
 * @property {import("./treeview.js").TreeHandle} view
 * @property {import("./treeview.js").Ask} ask
 * @property {(text: string) => void} say Tells the person something, in the status line.
 * @property {HTMLElement} root The widget's element.
 * @property {HTMLElement} toolbar The line of tools, beside the title.
 * @property {HTMLElement} above A place between the title line and the rows.
 * @property {HTMLElement} below A place under the rows.
 */

/**
 * A tool: puts itself into the places it is given, and gives a function that ends it, if there is something to end.
 * @typedef {(tools: Tools) => (() => void) | void} Tool
 */

const DEPTHS = /** @type {const} */ ([[1, "1", "Close all rows"], [2, "2", "Open to depth 2"], [3, "3", "Open to depth 3"], [0, "all", "Open all rows"]]);

/**
 * @param {HTMLElement} line
 * @param {Title} title
 */
function drawTitle(line, title) {
  const notes = title.notes.map((note) => element("span", "sn-title-note", note));
  const size = element("span", `sn-title-size ${title.level ? `sn-level-${title.level}` : ""}`, title.size > 0 ? sizeWords(title.size) : "");
  line.replaceChildren(element("strong", "sn-title-name", title.name), ...notes, size);
  if (title.gauge) line.append(sizeGauge(title.size, title.level ?? "", title.gauge));
  if (title.warning) line.append(element("span", `sn-title-note sn-level-${title.level}`, title.warning));
}

/** @type {Tool} */
export function depthTool({ toolbar, view, say }) {
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
    button.addEventListener("click", () => {
      say("");
      view.toDepth(depth).then(say, (/** @type {unknown} */ reason) => say(reason instanceof Error ? reason.message : String(reason)));
    });
    group.append(button);
  }
  toolbar.append(group);
}

/**
 * @param {{ model: Model, el: HTMLElement }} context
 * @param {Tool[]} tools
 */
export function treeWidget({ model, el }, tools) {
  const { ask, stop } = asker(model);
  const root = element("div", "shimnb shimnb-tree");
  root.setAttribute("role", "group");
  keepKeys(root);
  const head = element("div", "sn-head");
  const title = element("div", "sn-title");
  const toolbar = element("div", "sn-toolbar");
  const above = element("div", "sn-above");
  const body = element("div", "sn-body");
  const below = element("div", "sn-below");
  const status = element("div", "sn-status");
  status.setAttribute("role", "status");
  head.append(title, toolbar);
  root.append(head, above, body, below, status);
  el.append(root);

  const say = (/** @type {string} */ text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  let telling = false;
  const openedNow = () => ({ depth: model.get("depth"), expanded: model.get("expanded"), collapsed: model.get("collapsed") });

  const view = treeView(body, model.get("rows"), {
    label: model.get("title").label,
    count: model.get("count"),
    opened: openedNow(),
    place: model.get("place"),
    ask,
    say,
    // What is open and what is looked at is kept in the model, from where every view of it takes it.
    onOpened: ({ depth, expanded, collapsed }) => {
      // Each of them tells the listeners below at once, of the others as they were.
      telling = true;
      model.set("depth", depth);
      model.set("expanded", expanded);
      model.set("collapsed", collapsed);
      telling = false;
      model.save_changes();
    },
    onPlace: (place) => {
      model.set("place", place);
      model.save_changes();
    },
  });

  function onOpened() {
    if (!telling) view.setOpened(openedNow());
  }

  function onTitle() {
    drawTitle(title, model.get("title"));
    root.setAttribute("aria-label", model.get("title").name);
  }

  function onVersion() {
    onTitle();
    say("");
    view.update(model.get("rows"), model.get("count"));
  }

  onTitle();
  const ends = tools.map((tool) => tool({ model, view, ask, say, root, toolbar, above, below }));
  model.on("change:depth", onOpened);
  model.on("change:expanded", onOpened);
  model.on("change:collapsed", onOpened);
  model.on("change:version", onVersion);
  model.on("change:title", onTitle);
  return () => {
    model.off("change:depth", onOpened);
    model.off("change:expanded", onOpened);
    model.off("change:collapsed", onOpened);
    model.off("change:version", onVersion);
    model.off("change:title", onTitle);
    for (const end of ends) end?.();
    stop();
    view.destroy();
    root.remove();
  };
}
