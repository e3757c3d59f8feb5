// One place of a form: its label, type, editor, what it says of its state, and the ways in which a value can be given.
// It holds nothing itself: what was put in is in the form's states, and whether that is a value, Python decides.
import { makeButton, makeLink } from "./button.js";
import { makeControl } from "./controls.js";
import { element } from "./dom.js";
import { makeMenu } from "./menu.js";
import { makeParts } from "./parts.js";
import { modeOf } from "./sync.js";

/** @typedef {import("./sync.js").FormNode} FormNode */

/**
 * A type's editor, as shape.py describes it.
 * @typedef {object} Shape
 * @property {"text" | "choice" | "place" | "list" | "map" | "group" | "union" | "json" | "none"} kind
 * @property {string} words
 * @property {boolean} nullable
 * @property {string} [hint]
 * @property {boolean} [keepsEmpty]
 * @property {boolean} [lines]
 * @property {string[]} [choices]
 * @property {string} [item]
 * @property {string} [key]
 * @property {string[]} [keyChoices]
 * @property {FieldSpec[]} [fields]
 * @property {{ shape: string, label: string }[]} [variants]
 * @property {"file" | "folder" | "table" | "array"} [upload]
 * @property {boolean} [holdsSecret]
 */

/**
 * An input, or a field of a class.
 * @typedef {object} FieldSpec
 * @property {string} name
 * @property {string} shape
 * @property {boolean} required
 * @property {string} [help]
 * @property {boolean} [secret]
 * @property {FormNode} [default]
 * @property {boolean} [late] Whether the default comes with the first message.
 */

/**
 * What the fields know of the form that they are in.
 * @typedef {object} FormContext
 * @property {string} uid
 * @property {Record<string, Shape>} shapes
 * @property {(use: Use) => Row} row
 * @property {(at: string[], wait: boolean) => void} edited
 * @property {(content: object, buffers?: ArrayBuffer[]) => Promise<any>} ask
 * @property {(content: object, buffers?: ArrayBuffer[]) => void} send
 * @property {(at: string[], mode: string) => void} convert
 * @property {(at: string[]) => string} errorAt
 * @property {(at: string[]) => number} errorsBelow
 * @property {(words: string, seen?: boolean) => void} announce
 * @property {(at: string[]) => boolean | undefined} opened Whether a person has opened or closed it.
 * @property {(at: string[], open: boolean) => void} setOpened
 */

/**
 * Where a row stands.
 * @typedef {object} Use
 * @property {string[]} at
 * @property {string} shape
 * @property {string} label What is seen.
 * @property {string} name What is said: the label, and of an item what it is an item of.
 * @property {boolean} required
 * @property {boolean} secret
 * @property {string} help
 * @property {FormNode} [default]
 * @property {HTMLElement} [before] Takes the label's place, such as a map's key.
 * @property {HTMLElement} [tools] Buttons of an item.
 * @property {() => FormNode | undefined} get
 * @property {(node: FormNode | undefined, at: string[], wait: boolean) => void} put Puts a node in; `at` says where the
 *   change is, which may be below this row.
 */

/** @typedef {ReturnType<typeof makeRow>} Row */

const PARTED = ["list", "map", "group", "union"];
const FOLDED = 3; // a depth from which what is nested is closed at first

/**
 * Draws a place and what is in it.
 * @param {FormContext} ctx
 * @param {Use} use
 */
export function makeRow(ctx, use) {
  const shape = ctx.shapes[use.shape];
  const parted = PARTED.includes(shape.kind);
  const foldable = parted && shape.kind !== "union";
  const id = `${ctx.uid}-${use.at.map((part) => part.replaceAll(/\W/g, "_")).join("-")}`;
  const root = element("div", "snf-field");
  const named = element("div", "snf-label");
  const type = element("code", "snf-type", shape.words);
  type.id = `${id}-type`;
  const holder = element("div", "snf-control");
  const mark = element("div", "snf-mark");
  const word = element("span", "snf-word");
  word.id = `${id}-word`;
  const reset = makeLink("reset", use.name);
  const empty = makeLink(parted ? "leave empty" : "empty text", parted ? use.name : `as ${use.name}`);
  const back = makeLink(parted ? "back to fields" : "back to value", `of ${use.name}`);
  const hint = element("p", "snf-help", shape.hint ?? "");
  hint.id = `${id}-hint`;
  const menu = makeMenu(`Ways to give ${use.name}`, ways);
  mark.append(menu.root);
  if (use.tools) mark.append(use.tools);
  mark.append(word, empty, reset, back);
  const notes = element("div", "snf-notes");
  const help = element("p", "snf-help", use.help);
  help.id = `${id}-help`;
  help.hidden = use.help === "";
  const error = element("p", "snf-error");
  error.id = `${id}-error`;
  error.setAttribute("role", "alert");
  error.hidden = true;
  notes.append(help, hint, error);
  const body = element("div", "snf-parts");
  body.hidden = true;
  root.append(named, type, holder, mark, notes, body);

  /** @type {HTMLElement} */
  let caption;
  /** @type {HTMLElement | null} */
  let foldWords = null;
  /** @type {HTMLButtonElement | null} */
  let fold = null;
  if (foldable) {
    fold = makeButton("snf-fold", "");
    const twisty = element("span", "snf-twisty", "▸");
    twisty.setAttribute("aria-hidden", "true");
    foldWords = element("span", use.before ? "snf-unseen" : "", use.before ? use.name : use.label);
    fold.append(twisty, foldWords);
    fold.id = `${id}-label`;
    fold.addEventListener("click", () => setOpen(!isOpen()));
    caption = fold;
    root.setAttribute("role", "group");
  } else {
    const label = document.createElement("label");
    label.htmlFor = id;
    label.id = `${id}-label`;
    label.textContent = use.before ? "" : use.label;
    caption = label;
  }
  named.append(...(use.before ? [use.before] : []), ...(use.before && !fold ? [] : [caption]));
  if (shape.kind === "union") root.setAttribute("role", "group");

  /** What counts: what was put in, or the default. */
  function effective() {
    const own = use.get();
    return modeOf(own) === "unset" && use.default ? use.default : own;
  }

  /** @param {FormNode | undefined} node @param {boolean} wait */
  const put = (node, wait) => {
    use.put(node, use.at, wait);
    update();
  };

  /** @type {import("./controls.js").Control | null} */
  let control = null;
  /** @type {import("./parts.js").Parts | null} */
  let parts = null;
  let drawn = "";
  let closed = true;

  const isOpen = () => ctx.opened(use.at) ?? use.at.length <= FOLDED;
  /** @param {boolean} open */
  function setOpen(open) {
    ctx.setOpened(use.at, open);
    update();
  }

  /** Draws the editor that the mode asks for, if another one is there. */
  function draw() {
    const mode = modeOf(effective());
    const kind = ["json", "var", "upload", "given"].includes(mode) ? mode : "value";
    if (kind === drawn) return;
    drawn = kind;
    control?.destroy();
    parts?.destroy();
    parts = null;
    holder.replaceChildren();
    body.replaceChildren();
    control = makeControl(ctx, { ...use, id, kind, type, put, effective });
    holder.append(...control.elements);
  }

  function drawParts() {
    const open = drawn === "value" && parted && (shape.kind === "union" || isOpen());
    if (open && !parts) {
      parts = makeParts(ctx, use, { body, holder, effective, update });
    }
    parts?.update();
    closed = !open || !body.hasChildNodes();
    body.hidden = closed;
    if (fold) {
      fold.setAttribute("aria-expanded", String(open));
      fold.disabled = drawn !== "value";
    }
  }

  function update() {
    draw();
    const node = effective();
    control?.update(node);
    drawParts();
    describe(node);
  }

  /** @param {FormNode | undefined} node */
  function describe(node) {
    const own = use.get();
    const mode = modeOf(node);
    const atDefault = modeOf(own) === "unset" && !use.required;
    const nothing = mode === "unset" || (mode === "value" && node?.text === "" && !shape.keepsEmpty && !parted);
    // A group is there as soon as its class is.
    const missing = nothing && use.required && (shape.kind !== "group" || shape.nullable);
    const none = (shape.kind === "list" && node?.items?.length === 0) || (shape.kind === "map" && node?.entries?.length === 0);
    const words = { json: "JSON", var: "variable", upload: "uploaded", given: "from Python" }[mode];
    const inside = drawn === "value" && parted ? ctx.errorsBelow(use.at) : 0;
    let said = words ?? (atDefault ? "default" : missing ? "required" : "");
    if (!said && mode === "value" && (node?.text === "" || none)) said = shape.keepsEmpty ? "empty text" : none ? "empty" : "";
    if (inside && closed) said = inside === 1 ? "1 error inside" : `${inside} errors inside`;
    word.textContent = said;
    word.classList.toggle("snf-wrong", inside > 0 && closed);
    reset.hidden = use.required || atDefault;
    reset.title = "Back to the default";
    empty.hidden = !(mode === "unset" && (shape.keepsEmpty || shape.kind === "list" || shape.kind === "map"));
    back.hidden = words === undefined;
    hint.hidden = drawn !== "value" || !shape.hint;
    const wrong = ctx.errorAt(use.at);
    if ((error.textContent ?? "") !== wrong) error.textContent = wrong;
    error.hidden = wrong === "";
    const ids = [type.id];
    if (shape.hint && !hint.hidden) ids.push(hint.id);
    if (use.help) ids.push(help.id);
    if (said) ids.push(word.id);
    if (wrong) ids.push(error.id);
    const target = control?.focusable ?? root;
    for (const each of new Set([target, ...(parted ? [root] : [])])) {
      each.setAttribute("aria-describedby", ids.join(" "));
      // A group has no such state; what is wrong with it is in its description.
      if (each === root) continue;
      if (wrong) {
        each.setAttribute("aria-invalid", "true");
        each.setAttribute("aria-errormessage", error.id);
      } else {
        each.removeAttribute("aria-invalid");
        each.removeAttribute("aria-errormessage");
      }
    }
    control?.rename(use.name);
    if (root.getAttribute("role") === "group") root.setAttribute("aria-label", use.name);
  }

  /** @returns {import("./menu.js").Choice[]} */
  function ways() {
    const mode = modeOf(use.get());
    /** @type {import("./menu.js").Choice[]} */
    const found = [];
    const own = () => use.get() ?? { mode: "unset" };
    const value = parted ? "Fields" : "Value";
    if (shape.kind !== "none") {
      found.push({ text: value, checked: mode === "value", act: () => ctx.convert(use.at, "value") });
    }
    if (shape.nullable || shape.kind === "none") {
      found.push({ text: "None", checked: mode === "null", act: () => put({ ...own(), mode: "null" }, false) });
    }
    const unset = use.required ? "Nothing yet" : "Default";
    found.push({ text: unset, checked: mode === "unset", act: () => put({ ...own(), mode: "unset" }, false) });
    if (shape.kind !== "json" && shape.kind !== "none") {
      found.push({ text: "JSON", checked: mode === "json", act: () => ctx.convert(use.at, "json") });
    }
    found.push({
      text: "Notebook variable",
      checked: mode === "var",
      act: () => {
        put({ ...own(), mode: "var", var: own().var ?? "" }, false);
        control?.focus();
      },
    });
    if (own().upload && mode !== "upload") {
      found.push({ text: `Upload ${own().upload?.name}`, checked: false, act: () => put({ ...own(), mode: "upload" }, false) });
    }
    if (own().given && mode !== "given") {
      found.push({ text: "The value from Python", checked: false, act: () => put({ ...own(), mode: "given" }, false) });
    }
    return found;
  }

  reset.addEventListener("click", () => {
    put(undefined, false);
    focus([]);
  });
  empty.addEventListener("click", () => {
    const made = shape.kind === "list" ? { items: [] } : shape.kind === "map" ? { entries: [] } : { text: "" };
    put({ ...(use.get() ?? {}), mode: "value", ...made }, false);
    focus([]);
  });
  back.addEventListener("click", () => ctx.convert(use.at, "value"));

  /**
   * Moves the focus to a place below this one, or to this one; what is closed on the way is opened.
   * @param {string[]} rest
   * @param {boolean} [key] To a map's key.
   */
  function focus(rest, key = false) {
    if (rest.length && drawn === "value" && parted) {
      if (foldable && !isOpen()) setOpen(true);
      if (parts?.focus(rest, key)) return;
    }
    if (control?.focus()) return;
    if (!closed && parts?.first?.()) return;
    if (fold) fold.focus();
    else menu.root.querySelector("button")?.focus();
  }

  update();
  return {
    root,
    use,
    update,
    focus,
    /**
     * Says where it stands now, after something else was moved or taken out.
     * @param {string} label
     * @param {string} name
     */
    rename(label, name) {
      if (use.name === name && use.label === label) return;
      use.label = label;
      use.name = name;
      if (foldWords) foldWords.textContent = use.before ? name : label;
      else if (!use.before) caption.textContent = label;
      menu.rename(`Ways to give ${name}`);
      update();
    },
    destroy() {
      menu.destroy();
      control?.destroy();
      parts?.destroy();
      root.remove();
    },
  };
}
