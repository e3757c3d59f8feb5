// One field of a form: its label, type, control, and what it says of its state. A field's state is a text, null for
// None, or nothing; whether a text is a value, Python decides.
import { element } from "./treeview.js";

/**
 * What a field holds: a text, null for None, undefined when it holds nothing.
 * @typedef {string | null | undefined} FieldState
 */

/**
 * A field, as fields.py describes it.
 * @typedef {object} FieldSpec
 * @property {string} name
 * @property {string} type
 * @property {"line" | "text" | "choice"} control
 * @property {string[]} choices
 * @property {boolean} nullable
 * @property {boolean} required
 * @property {boolean} keepsEmpty
 * @property {string} help
 * @property {string} hint
 * @property {string | null} [default]
 */

/**
 * @param {string} className
 * @param {string} text
 */
export function makeButton(className, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = text;
  return button;
}

/**
 * One field: its label, type, control and what it says of its state.
 * @param {FieldSpec} spec
 * @param {string} uid
 * @param {(state: FieldState, wait: boolean) => void} edited
 */
export function makeField(spec, uid, edited) {
  const id = `${uid}-${spec.name}`;
  const root = element("div", "snf-field");
  const label = document.createElement("label");
  label.className = "snf-label";
  label.htmlFor = id;
  label.id = `${id}-label`;
  label.textContent = spec.name;
  const type = element("code", "snf-type", spec.type);
  type.id = `${id}-type`;
  const holder = element("div", "snf-control");
  const control = makeControl(spec, id);
  holder.append(control);
  const mark = element("div", "snf-mark");
  const word = element("span", "snf-word");
  word.id = `${id}-word`;
  const reset = makeButton("snf-link", "reset");
  const empty = makeButton("snf-link", "empty text");
  const hint = element("span", "snf-hint", spec.hint);
  hint.id = `${id}-hint`;
  mark.append(word, empty, reset, hint);
  const notes = element("div", "snf-notes");
  const help = element("p", "snf-help", spec.help);
  help.id = `${id}-help`;
  help.hidden = spec.help === "";
  const error = element("p", "snf-error");
  error.id = `${id}-error`;
  error.setAttribute("role", "alert");
  error.hidden = true;
  notes.append(help, error);
  root.append(label, type, holder, mark, notes);

  if (!spec.required) reset.title = `Back to the default, ${defaultWords(spec)}`;
  reset.append(element("span", "snf-unseen", ` ${spec.name}`));
  empty.title = "Give a text without any character";
  empty.append(element("span", "snf-unseen", ` as ${spec.name}`));

  /** @type {HTMLInputElement | null} */
  let none = null;
  if (spec.nullable && spec.control !== "choice") {
    none = document.createElement("input");
    none.type = "checkbox";
    const noneLabel = element("label", "snf-none");
    none.setAttribute("aria-describedby", label.id);
    noneLabel.append(none, " None");
    holder.append(noneLabel);
    none.addEventListener("change", () => {
      // Ticking None keeps the text, so that taking the tick away brings it back.
      const typed = control.value;
      set(none?.checked ? null : stateOf(typed), typed);
      edited(state, false);
      if (state !== null) control.focus();
    });
  }

  /** @type {FieldState} */
  let state = spec.default;

  /** What a text stands for. @param {string} text @returns {FieldState} */
  const stateOf = (text) =>
    spec.control === "choice" ? choiceState(text) : text === "" && spec.required && !spec.keepsEmpty ? undefined : text;

  /** The text that a control holds for a state. @param {FieldState} of */
  const textOf = (of) => (spec.control === "choice" ? choiceKey(of) : (of ?? ""));

  /**
   * Shows a state.
   * @param {FieldState} next
   * @param {string} [text] What the control holds although the state is null.
   */
  function set(next, text) {
    state = next;
    const wanted = text ?? textOf(next);
    // Setting a value moves the cursor to its end: only where it is another one.
    if (control.value !== wanted) control.value = wanted;
    const isNone = next === null && none !== null;
    if (none) none.checked = isNone;
    if (!(control instanceof HTMLSelectElement)) {
      control.classList.toggle("snf-off", isNone);
      control.placeholder = isNone ? "None" : "";
    }
    // As high as its text, up to a screen's part.
    if (control instanceof HTMLTextAreaElement) control.rows = Math.min(12, control.value.split("\n").length);
    describe();
  }

  function describe() {
    const atDefault = spec.default !== undefined && state === spec.default;
    const nothing = state === undefined || (state === "" && !spec.keepsEmpty);
    word.textContent = atDefault ? "default" : nothing ? "required" : state === "" ? "empty text" : "";
    reset.hidden = spec.required || atDefault;
    empty.hidden = !(nothing && spec.keepsEmpty);
    const ids = [type.id];
    if (spec.hint) ids.push(hint.id);
    if (spec.help) ids.push(help.id);
    if (word.textContent) ids.push(word.id);
    if (!error.hidden) ids.push(error.id);
    control.setAttribute("aria-describedby", ids.join(" "));
  }

  /** @param {string} text The error, empty for none. */
  function fail(text) {
    if ((error.textContent ?? "") !== text) error.textContent = text;
    error.hidden = text === "";
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    describe();
  }

  control.addEventListener("input", () => {
    const text = control.value;
    set(stateOf(text), text);
    edited(state, spec.control !== "choice");
  });
  reset.addEventListener("click", () => {
    set(spec.default);
    edited(undefined, false);
    control.focus();
  });
  empty.addEventListener("click", () => {
    set("");
    edited("", false);
    control.focus();
  });
  set(spec.default);
  return { spec, root, control, set, fail, state: () => state };
}

// A select holds texts only: the first letter tells a text from None and from nothing.
/** @param {FieldState} state */
function choiceKey(state) {
  return state === undefined ? "" : state === null ? "0" : `=${state}`;
}

/** @param {string} key @returns {FieldState} */
function choiceState(key) {
  return key === "" ? undefined : key === "0" ? null : key.slice(1);
}

/** @param {FieldSpec} spec */
function defaultWords(spec) {
  const shown = spec.default ?? "None";
  return spec.keepsEmpty && spec.default !== null ? JSON.stringify(shown) : shown;
}

/**
 * @param {FieldSpec} spec
 * @param {string} id
 */
function makeControl(spec, id) {
  const name = spec.control === "choice" ? "select" : spec.control === "text" ? "textarea" : "input";
  const control = /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (document.createElement(name));
  control.id = id;
  control.className = "snf-input";
  control.setAttribute("aria-required", String(spec.required));
  if (control instanceof HTMLSelectElement) {
    /** @type {[FieldState, string][]} */
    const options = spec.choices.map((choice) => [choice, choice]);
    if (spec.required) options.unshift([undefined, "choose…"]);
    if (spec.nullable) options.push([null, "None"]);
    for (const [state, text] of options) {
      const option = document.createElement("option");
      option.value = choiceKey(state);
      option.textContent = text;
      control.append(option);
    }
    return control;
  }
  control.autocomplete = "off";
  control.spellcheck = false;
  control.setAttribute("autocapitalize", "off");
  if (control instanceof HTMLTextAreaElement) control.rows = 1;
  else control.type = "text";
  return control;
}
