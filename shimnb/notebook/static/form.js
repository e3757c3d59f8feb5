// A task's form and the results of its runs. Python owns every value: what a person puts into a field goes there as a
// text, and comes back with the errors. Text goes in through textContent alone.
import { element } from "./dom.js";
import { makeRow } from "./field.js";
import { focused, keepKeys } from "./keys.js";
import { makeLiteral } from "./literal.js";
import { makeRuns } from "./runs.js";
import { makeStates } from "./sync.js";

/** @typedef {import("./field.js").FieldSpec} FieldSpec */
/** @typedef {import("./field.js").Row} Row */
/** @typedef {import("./sync.js").FormNode} FormNode */

/**
 * @typedef {import("./sync.js").StateMessage
 *   | { kind: "said", view: string, words: string }
 *   | { kind: "focus", view: string, at: string[], key: boolean }
 *   | { kind: "variables" | "literal" | "pasted" | "upload", view: string, request: number }} FormMessage
 */

/**
 * @typedef {object} FormModel
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(content: object, callbacks?: object, buffers?: ArrayBuffer[]) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback?: (...args: any[]) => void) => void} off
 */

/**
 * Leaves a field: for the notebook's cell, whose own keys count there, or for the form where there is no cell.
 * @param {HTMLElement} root
 */
function leave(root) {
  const cell = /** @type {HTMLElement | null} */ (root.closest(".jp-Cell"));
  const active = focused(root);
  if (active instanceof HTMLElement) active.blur();
  if (cell) cell.focus();
  else root.focus();
}

/** @param {{ model: FormModel, el: HTMLElement }} context */
function render({ model, el }) {
  const uid = `snf-${Math.random().toString(36).slice(2)}`;
  /** @type {string} */
  const task = model.get("task_name");
  const root = element("div", "shimnb shimnb-form");
  root.tabIndex = -1;
  const form = document.createElement("form");
  form.noValidate = true;
  // Two forms of a task on one page are told apart by a number.
  const others = document.querySelectorAll(`.shimnb-form[data-task="${CSS.escape(task)}"]`).length;
  root.dataset.task = task;
  form.setAttribute("aria-label", `Inputs of ${task}${others ? ` (${others + 1})` : ""}`);
  const grid = element("div", "snf-fields");
  const said = element("div", "snf-said");
  said.setAttribute("aria-live", "polite");
  /** @type {Map<number, (answer: any) => void>} */
  const requests = new Map();
  let lastRequest = 0;
  /** @type {(content: object, buffers?: ArrayBuffer[]) => void} */
  const send = (content, buffers) => {
    try {
      model.send({ view: uid, ...content }, undefined, buffers);
    } catch {
      // What was typed stays in the fields.
      announce("The kernel that made this is gone. Run the cell again.", true);
    }
  };
  /** @type {(content: object, buffers?: ArrayBuffer[]) => Promise<any>} */
  const ask = (content, buffers) =>
    new Promise((resolve) => {
      states.flush();
      lastRequest += 1;
      requests.set(lastRequest, resolve);
      send({ ...content, request: lastRequest }, buffers);
    });

  keepKeys(root, true);
  /** @type {Map<string, Row>} */
  const rows = new Map();
  let saying = 0;
  /** @param {string} words @param {boolean} [seen] Whether it is more than the page itself shows. */
  function announce(words, seen = false) {
    window.clearTimeout(saying);
    said.classList.toggle("snf-unseen", !seen);
    said.textContent = words;
    saying = window.setTimeout(() => (said.textContent = ""), 15_000);
  }
  const states = makeStates({ uid, send, changed: () => rows.forEach((row) => row.update()) });
  const literal = makeLiteral(task, ask);
  // The manager leads to the notebook itself, where a front end has one.
  const runs = makeRuns({ model: { send, widget_manager: /** @type {any} */ (model).widget_manager }, uid });
  form.append(grid, said, literal.root, runs.actions);
  root.append(form, runs.root);

  /** What was opened and closed, by address. @type {Record<string, boolean>} */
  const opened = { ...model.get("opened") };
  /** @type {string[] | null} */
  let focusNext = null;

  /** @type {import("./field.js").FormContext} */
  const ctx = {
    uid,
    shapes: structuredClone(model.get("shapes")),
    row: (use) => makeRow(ctx, use),
    edited: states.note,
    ask,
    send,
    convert(at, mode) {
      states.flush();
      focusNext = at;
      states.post(at[0], { kind: "convert", at, mode });
    },
    errorAt: states.errorAt,
    errorsBelow: states.errorsBelow,
    announce,
    opened: (at) => opened[at.join("/")],
    setOpened(at, open) {
      opened[at.join("/")] = open;
      model.set("opened", { ...opened });
      model.save_changes();
    },
  };

  /** @type {FieldSpec[]} */
  const specs = structuredClone(model.get("fields"));
  /** @param {FieldSpec} spec */
  function draw(spec) {
    const row = ctx.row({
      at: [spec.name],
      shape: spec.shape,
      label: spec.name,
      name: spec.name,
      required: spec.required,
      secret: Boolean(spec.secret),
      help: spec.help ?? "",
      default: spec.default,
      get: () => states.nodes[spec.name],
      put(node, at, wait) {
        if (node === undefined) delete states.nodes[spec.name];
        else states.nodes[spec.name] = node;
        states.note(at, wait);
      },
    });
    rows.set(spec.name, row);
    grid.append(row.root);
  }
  /** Takes the defaults that are in no trait; until they are there nothing is drawn that would want one. */
  function takeLate(/** @type {[string, string, FormNode][]} */ late) {
    for (const [owner, name, node] of late) {
      const spec = (owner ? ctx.shapes[owner].fields : specs)?.find((each) => each.name === name);
      if (spec) spec.default = node;
    }
    if (!rows.size) specs.forEach(draw);
  }
  const waits = specs.some((spec) => spec.late) || Object.values(ctx.shapes).some((shape) => shape.fields?.some((spec) => spec.late));
  if (!waits) specs.forEach(draw);
  if (specs.length === 0) {
    grid.append(element("p", "snf-note", "This task takes no inputs."));
    literal.root.hidden = true;
  }
  el.append(root);

  function submit() {
    states.flush();
    runs.start();
  }

  /** @param {FormMessage | import("./runs.js").RunMessage} message */
  function onMessage(message) {
    if (message.kind === "state") {
      if (message.late && message.view === uid) takeLate(message.late);
      states.receive(message);
      literal.refresh();
      if (focusNext && message.view === uid) {
        rows.get(focusNext[0])?.focus(focusNext.slice(1));
        focusNext = null;
      }
    } else if (message.kind === "said") {
      if (message.view === uid) announce(message.words, true);
    } else if (message.kind === "focus") {
      if (message.view === uid) rows.get(message.at[0])?.focus(message.at.slice(1), message.key);
    } else if (message.kind === "variables" || message.kind === "literal" || message.kind === "pasted" || message.kind === "upload") {
      if (message.view !== uid) return;
      requests.get(message.request)?.(message);
      requests.delete(message.request);
    } else {
      runs.onMessage(/** @type {any} */ (message));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  root.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      leave(root);
      return;
    }
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      submit();
    } else if (event.target instanceof HTMLInputElement && ["text", "password"].includes(event.target.type)) {
      // A run may take long: Enter alone does not start one.
      event.preventDefault();
    }
  });

  model.on("msg:custom", onMessage);
  send({ kind: "hello" });

  return () => {
    model.off("msg:custom", onMessage);
    states.flush();
    states.dispose();
    literal.dispose();
    runs.dispose();
    window.clearTimeout(saying);
    rows.forEach((row) => row.destroy());
    root.remove();
  };
}

export default { render };
