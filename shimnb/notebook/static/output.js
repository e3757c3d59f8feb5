// One output of a run, drawn as what it is: a line, a text, a tree, a table, a file, a folder; and beside it its literal.
import { makeLink } from "./button.js";
import { element } from "./dom.js";
import { drawMarkdown } from "./markdown.js";
import { makeStored } from "./stored.js";
import { makeTablePage } from "./table.js";
import { treeView } from "./treeview.js";

/** @typedef {(content: object) => Promise<any>} AskOutput */

/**
 * An output, as outputs.py describes it.
 * @typedef {object} OutputSpec
 * @property {(string | number)[]} at Its address.
 * @property {string} name
 * @property {"value" | "text" | "tree" | "items" | "table" | "file" | "folder"} shape
 * @property {string} type
 * @property {string} size
 * @property {string} [badge]
 * @property {string} [value] In one line; of what is stored, where.
 * @property {string} [kind] Of a value, for its looks.
 * @property {number} [count] Of a tree's rows, or of the items.
 * @property {import("./treeview.js").Row[]} [rows]
 * @property {OutputSpec[]} [items]
 * @property {string} [text] The beginning of a text.
 * @property {number | null} [next] Where the rest of it begins.
 * @property {number} [total]
 * @property {boolean} [markdown] Whether the text seems to be markdown.
 */

/** @typedef {{ view?: string, opened?: import("./opening.js").Opened, literal?: boolean }} OutputChoice */

/** What a person chose for an output: it stays when the view is made again. @type {Map<string, OutputChoice>} */
const chosen = new Map();
const MOST_CHOSEN = 500;
const OPEN_ITEMS = 4; // files of a list that are fetched unasked

/**
 * @param {string} key
 * @returns {OutputChoice}
 */
function choiceOf(key) {
  const known = chosen.get(key);
  if (known) return known;
  if (chosen.size >= MOST_CHOSEN) chosen.delete(chosen.keys().next().value ?? "");
  /** @type {OutputChoice} */
  const made = {};
  chosen.set(key, made);
  return made;
}

/** @type {Record<string, string[]>} */
const VIEWS = { value: ["Value"], text: ["Text"], tree: ["Tree"], items: ["Items"], table: ["Table"], file: ["File"], folder: ["Files"] };

/**
 * @param {number} number The run's.
 * @param {OutputSpec} spec
 * @param {AskOutput} ask
 * @param {boolean} [folded] Whether a file is left alone until somebody asks for it.
 * @returns {HTMLElement}
 */
export function makeOutput(number, spec, ask, folded = false) {
  const choice = choiceOf(JSON.stringify([number, spec.at]));
  const root = element("div", "snf-output");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", spec.name);
  const head = element("div", "snf-output-head");
  head.append(element("span", "snf-output-name", spec.name));
  if (spec.shape === "value") head.append(" ", element("span", `snf-output-value sn-value sn-${spec.kind}`, spec.value ?? ""));
  head.append(" ", element("span", "snf-output-type", spec.type));
  const facts = [factOf(spec), spec.badge].filter(Boolean).join(" · ");
  if (facts) head.append(" ", element("span", "snf-output-note", facts));
  const body = element("div", "snf-output-body");
  const literal = element("div", "snf-output-literal");
  literal.hidden = true;
  /** @type {(content: object) => Promise<any>} */
  const about = (content) => ask({ ...content, at: spec.at });

  const views = spec.markdown ? ["Rendered", "Text"] : VIEWS[spec.shape];
  const switches = element("span", "snf-switch");
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  if (views.length > 1) {
    for (const view of views) {
      const button = makeSwitch(view, `${spec.name}`);
      button.addEventListener("click", () => show(view));
      buttons.set(view, button);
    }
  }
  const written = makeSwitch("Literal", `of ${spec.name}`);
  written.title = "What the cluster would store";
  switches.append(...buttons.values(), written);
  head.append(" ", switches);
  root.append(head, body, literal);

  /** @param {string} view */
  function show(view) {
    choice.view = view;
    for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === view));
    body.replaceChildren();
    drawOutput(body, number, spec, view, about, ask, choice, folded);
  }

  let asked = false;
  /** @param {boolean} open */
  function showLiteral(open) {
    written.setAttribute("aria-pressed", String(open));
    literal.hidden = !open;
    choice.literal = open;
    if (!open || asked) return;
    asked = true;
    about({ kind: "run:literal" }).then(
      (answer) => drawLiteral(literal, spec.name, answer, (content) => about({ ...content, literal: true })),
      (error) => {
        asked = false;
        literal.replaceChildren(element("p", "snf-note", error.message));
      },
    );
  }
  written.addEventListener("click", () => showLiteral(Boolean(literal.hidden)));
  show(choice.view && views.includes(choice.view) ? choice.view : views[0]);
  if (choice.literal) showLiteral(true);
  return root;
}

/**
 * @param {string} text
 * @param {string} said
 */
function makeSwitch(text, said) {
  const button = makeLink(text, said);
  button.className = "snf-switched";
  button.setAttribute("aria-pressed", "false");
  return button;
}

/** @param {OutputSpec} spec */
function factOf(spec) {
  if (spec.shape === "text") return `${(spec.total ?? 0).toLocaleString("en")} characters`;
  if (spec.shape === "items") return spec.value ?? "";
  if (spec.shape === "tree") return spec.size;
  return "";
}

/**
 * @param {HTMLElement} body
 * @param {number} number
 * @param {OutputSpec} spec
 * @param {string} view
 * @param {AskOutput} about
 * @param {AskOutput} ask
 * @param {OutputChoice} choice
 * @param {boolean} folded
 */
function drawOutput(body, number, spec, view, about, ask, choice, folded) {
  if (spec.shape === "text") {
    if (view === "Rendered") body.append(drawMarkdown(spec.text ?? ""));
    else body.append(makeOutputText(spec));
    if (spec.next !== null && spec.next !== undefined) body.append(makeRest(spec, view, about));
  } else if (spec.shape === "tree") {
    /** @type {(content: object) => Promise<any>} */
    const question = (content) => about({ kind: "run:tree", question: content }).then(treeReply);
    treeView(body, spec.rows ?? [], {
      label: `${spec.name} of run ${number}`,
      count: spec.count,
      ask: question,
      opened: choice.opened,
      onOpened: (opened) => (choice.opened = opened),
      sizes: false,
    });
  } else if (spec.shape === "items") {
    drawItems(body, number, spec, ask);
  } else if (spec.shape === "table") {
    whenWanted(body, spec, folded, () => makeTablePage(spec.name, (window) => about({ kind: "run:table", ...window })));
  } else if (spec.shape === "file" || spec.shape === "folder") {
    whenWanted(body, spec, folded, () => makeStored(spec.name, spec.value ?? "", about));
  }
}

/**
 * @param {any} answer
 * @returns {import("./treeview.js").Reply}
 */
export function treeReply({ reply }) {
  return reply.shape ? { ...reply, buffers: [new DataView(Uint8Array.from(reply.shape).buffer)] } : { ...reply, buffers: [new DataView(new ArrayBuffer(0))] };
}

/**
 * @param {HTMLElement} body
 * @param {OutputSpec} spec
 * @param {boolean} folded
 * @param {() => HTMLElement} make
 */
function whenWanted(body, spec, folded, make) {
  if (!folded) {
    body.append(make());
    return;
  }
  const line = element("p", "snf-note");
  const show = makeLink("Show", spec.name);
  show.addEventListener("click", () => body.replaceChildren(make()));
  line.append(show, ` ${spec.value ?? ""}`);
  body.append(line);
}

/** @param {OutputSpec} spec */
function makeOutputText(spec) {
  const text = element("pre", "snf-text", spec.text);
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", `Text of ${spec.name}`);
  return text;
}

/**
 * A line that brings more of a text, a part at a time; the page holds what was asked for, up to a bound.
 * @param {OutputSpec} spec
 * @param {string} view
 * @param {AskOutput} about
 */
function makeRest(spec, view, about) {
  const line = element("p", "snf-note");
  const said = element("span", "");
  const more = makeLink("Show more", `of ${spec.name}`);
  let next = spec.next ?? null;
  let parts = 1;
  const tell = () => {
    const total = (spec.total ?? 0).toLocaleString("en");
    said.textContent = next === null ? `${total} characters` : `The first ${next.toLocaleString("en")} of ${total} characters. `;
    more.hidden = next === null || parts > 20;
  };
  more.addEventListener("click", () => {
    about({ kind: "run:text", start: next }).then(
      (answer) => {
        const place = line.previousElementSibling;
        if (view === "Rendered") place?.append(...drawMarkdown(answer.text).children);
        else place?.append(answer.text);
        next = answer.next;
        parts += 1;
        tell();
      },
      (error) => (said.textContent = error.message),
    );
  });
  tell();
  line.append(said, more);
  return line;
}

/**
 * @param {HTMLElement} body
 * @param {number} number
 * @param {OutputSpec} spec
 * @param {AskOutput} ask
 */
function drawItems(body, number, spec, ask) {
  let drawn = 0;
  const line = element("p", "snf-note");
  const more = makeLink("Show more", `of ${spec.name}`);
  line.append(more);
  body.append(line);
  /** @param {OutputSpec[]} items */
  const add = (items) => {
    for (const item of items) {
      line.before(makeOutput(number, item, ask, drawn >= OPEN_ITEMS));
      drawn += 1;
    }
    line.hidden = drawn >= (spec.count ?? 0) || items.length === 0;
  };
  more.addEventListener("click", () => {
    ask({ kind: "run:items", at: spec.at, start: drawn }).then(
      (answer) => add(answer.items),
      (error) => line.replaceChildren(error.message),
    );
  });
  add(spec.items ?? []);
}

/**
 * A literal, as a tree and as text.
 * @param {HTMLElement} place
 * @param {string} name What it is the literal of.
 * @param {{ rows: import("./treeview.js").Row[], count: number, proto: string }} answer
 * @param {AskOutput} about
 */
export function drawLiteral(place, name, answer, about) {
  /** @type {(content: object) => Promise<any>} */
  const question = (content) => about({ kind: "run:tree", question: content }).then(treeReply);
  const expanded = answer.rows.length === 1 ? [answer.rows[0].id] : [];
  treeView(place, answer.rows, { label: `Literal of ${name}`, count: answer.count, ask: question, opened: { depth: 1, expanded, collapsed: [] } });
  const details = document.createElement("details");
  details.className = "snf-proto";
  details.open = answer.proto.length < 300;
  const text = element("pre", "snf-text", answer.proto);
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", `Literal of ${name} as text`);
  details.append(element("summary", "", "Text proto"), text);
  place.append(details);
}
