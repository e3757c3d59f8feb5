// The editors of single values: a text, a choice, a path, JSON, the name of a variable, an upload.
import { makeButton } from "./button.js";
import { element, sizeWords } from "./dom.js";
import { modeOf } from "./sync.js";
import { makeUpload } from "./upload.js";

/** @typedef {import("./sync.js").FormNode} FormNode */

/**
 * @typedef {object} Control
 * @property {HTMLElement[]} elements
 * @property {HTMLElement | null} focusable What a label is for, and what a description belongs to.
 * @property {(node: FormNode | undefined) => void} update
 * @property {(name: string) => void} rename
 * @property {() => boolean} focus
 * @property {() => void} destroy
 */

/**
 * @typedef {object} Needs
 * @property {string} id
 * @property {string} kind `value`, `json`, `var`, `upload` or `given`.
 * @property {HTMLElement} type
 * @property {(node: FormNode | undefined, wait: boolean) => void} put
 * @property {() => FormNode | undefined} effective
 */

/** @typedef {Omit<import("./field.js").Use, "put"> & Needs} Place */

const TALL = 12; // lines

/**
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
export function makeControl(ctx, place) {
  const shape = ctx.shapes[place.shape];
  if (place.kind === "json") return makeText(ctx, place, "json");
  if (place.kind === "var") return makeVariable(ctx, place);
  if (place.kind === "upload" || place.kind === "given") return makeChip(ctx, place);
  if (shape.kind === "choice") return makeChoice(ctx, place);
  if (shape.kind === "union") return makePicker(ctx, place);
  if (shape.kind === "none") return makeNothing(place);
  if (shape.kind === "list" || shape.kind === "map" || shape.kind === "group") return makeSummary(ctx, place);
  return makeText(ctx, place, "text");
}

/** @param {Place} place @param {string} name */
function plainControl(place, name) {
  const made = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (document.createElement(name));
  made.id = place.id;
  made.className = "snf-input";
  made.autocomplete = "off";
  made.spellcheck = false;
  made.setAttribute("autocapitalize", "off");
  made.setAttribute("aria-required", String(place.required));
  if (made instanceof HTMLTextAreaElement) made.rows = 1;
  else made.type = "text";
  return made;
}

/** Names a control that no label stands beside. @param {HTMLElement} control @param {Place} place @param {string} name */
function nameIt(control, place, name) {
  if (place.before || name !== place.label || place.kind !== "value") control.setAttribute("aria-label", name);
}

/**
 * A box to tick for None; what was typed is kept, and comes back.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @param {() => FormNode} otherwise What it is without the tick.
 */
function makeNone(ctx, place, otherwise) {
  if (!ctx.shapes[place.shape].nullable) return null;
  const box = document.createElement("input");
  box.type = "checkbox";
  box.setAttribute("aria-describedby", `${place.id}-label`);
  const label = element("label", "snf-none");
  label.append(box, " None");
  box.addEventListener("change", () => {
    const own = place.get();
    place.put(box.checked ? { ...own, mode: "null" } : { ...own, ...otherwise() }, false);
  });
  return { label, box };
}

/**
 * A text of one line or of several; hidden, if it is a secret.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @param {"text" | "json"} key
 * @returns {Control}
 */
function makeText(ctx, place, key) {
  const shape = ctx.shapes[place.shape];
  const long = key === "json" || shape.kind === "json" || Boolean(shape.lines);
  const hides = place.secret || (key === "json" && Boolean(shape.holdsSecret));
  const box = element("span", "snf-box");
  let bare = false;
  let control = make("");

  /** A secret of one line is a password to the browser; one of several is only drawn as one. @param {string} text */
  function make(text) {
    const single = !long || (hides && key === "text" && !text.includes("\n"));
    const made = plainControl(place, single ? "input" : "textarea");
    if (hides && !bare) {
      if (made instanceof HTMLInputElement) made.type = "password";
      else made.classList.add("snf-masked");
    }
    if (hides) made.setAttribute("autocomplete", "new-password");
    made.addEventListener("input", typed);
    made.addEventListener("paste", (event) => {
      const pasted = /** @type {ClipboardEvent} */ (event).clipboardData?.getData("text") ?? "";
      if (!hides || !(made instanceof HTMLInputElement) || !long || !pasted.includes("\n")) return;
      // An input of one line would lose the ends of lines, and a private key with them.
      event.preventDefault();
      const begin = made.selectionStart ?? 0;
      swap(made.value.slice(0, begin) + pasted + made.value.slice(made.selectionEnd ?? begin));
      control.focus();
      typed();
    });
    return made;
  }

  /** @param {string} text */
  function swap(text) {
    const next = make(text);
    for (const each of control.attributes) if (each.name.startsWith("aria-")) next.setAttribute(each.name, each.value);
    control.replaceWith(next);
    control = next;
    control.value = text;
    tall();
  }

  function tall() {
    if (control instanceof HTMLTextAreaElement) control.rows = Math.min(TALL, control.value.split("\n").length);
  }

  function typed() {
    const text = control.value;
    const own = place.get();
    const nothing = text === "" && place.required && !shape.keepsEmpty && key === "text";
    if (nothing) place.put({ ...own, mode: "unset", text: "" }, true);
    else place.put({ ...own, mode: key === "json" ? "json" : "value", [key]: text }, true);
    tall();
  }

  const none = makeNone(ctx, place, () => ({ mode: place.get()?.text === undefined && !shape.keepsEmpty ? "unset" : "value", text: place.get()?.text ?? "" }));
  box.append(control);
  const elements = [box];
  if (hides) elements.push(makeReveal());
  if (key === "text" && shape.upload) elements.push(...makeUpload(ctx, place));
  if (none && key === "text") elements.push(none.label);

  function makeReveal() {
    const button = makeButton("snf-small", "");
    const tell = () => {
      button.replaceChildren(bare ? "Hide" : "Show", element("span", "snf-unseen", ` ${place.name}`));
    };
    button.addEventListener("click", () => {
      bare = !bare;
      swap(control.value);
      tell();
    });
    tell();
    return button;
  }

  return {
    elements,
    get focusable() {
      return control;
    },
    update(node) {
      const isNone = modeOf(node) === "null";
      // A secret's default stays with Python.
      const unseen = place.secret && modeOf(place.get()) === "unset" && !place.required;
      const text = (key === "json" ? node?.json : node?.text) ?? "";
      if (control.value !== text) {
        if (hides && long && text.includes("\n") !== control instanceof HTMLTextAreaElement) swap(text);
        else control.value = text;
      }
      if (none) none.box.checked = isNone;
      control.classList.toggle("snf-off", isNone);
      control.placeholder = isNone ? "None" : unseen ? "default (hidden)" : "";
      tall();
    },
    rename: (name) => nameIt(control, place, name),
    focus() {
      control.focus();
      return true;
    },
    destroy() {},
  };
}

/** A select of texts; each option's value tells nothing, None and a text apart.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
function makeChoice(ctx, place) {
  const shape = ctx.shapes[place.shape];
  const control = document.createElement("select");
  control.id = place.id;
  control.className = "snf-input";
  control.setAttribute("aria-required", String(place.required));
  /** @param {string} value @param {string} text */
  const add = (value, text) => {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    control.append(option);
    return option;
  };
  if (place.required || !place.default) add("", place.required ? "choose…" : "default");
  for (const text of shape.choices ?? []) add(`=${text}`, text);
  if (shape.nullable) add("0", "None");
  control.addEventListener("change", () => {
    const own = place.get();
    if (control.value === "") place.put(own ? { ...own, mode: "unset" } : undefined, false);
    else if (control.value === "0") place.put({ ...own, mode: "null" }, false);
    else place.put({ ...own, mode: "value", text: control.value.slice(1) }, false);
  });
  return {
    elements: [control],
    focusable: control,
    update(node) {
      const mode = modeOf(node);
      const wanted = mode === "null" ? "0" : mode === "value" ? `=${node?.text ?? ""}` : "";
      const there = [...control.options].some((option) => option.value === wanted);
      // What Python code gave, and what is no choice, is shown and refused.
      if (!there) add(wanted, wanted === "" ? "choose…" : wanted.slice(1));
      control.value = wanted;
    },
    rename: (name) => nameIt(control, place, name),
    focus() {
      control.focus();
      return true;
    },
    destroy() {},
  };
}

/**
 * Which of a union's types it is; what was put into each is kept.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
function makePicker(ctx, place) {
  const shape = ctx.shapes[place.shape];
  const control = document.createElement("select");
  control.id = place.id;
  control.className = "snf-input";
  control.setAttribute("aria-required", String(place.required));
  /** @type {[string, string][]} */
  const options = [["", place.required ? "choose…" : "default"]];
  (shape.variants ?? []).forEach((variant, i) => options.push([`=${i}`, variant.label]));
  if (shape.nullable) options.push(["0", "None"]);
  for (const [value, text] of options) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    control.append(option);
  }
  control.addEventListener("change", () => {
    const own = place.effective();
    const base = own ? structuredClone(own) : {};
    if (control.value === "") place.put({ ...base, mode: "unset" }, false);
    else if (control.value === "0") place.put({ ...base, mode: "null" }, false);
    else place.put({ variants: {}, ...base, mode: "value", variant: Number(control.value.slice(1)) }, false);
  });
  return {
    elements: [control],
    focusable: control,
    update(node) {
      const mode = modeOf(node);
      control.value = mode === "null" ? "0" : mode === "value" ? `=${node?.variant}` : "";
    },
    rename: (name) => nameIt(control, place, name),
    focus() {
      control.focus();
      return true;
    },
    destroy() {},
  };
}

/**
 * What stands in the line of a list, a map or a group: how much is in it.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
function makeSummary(ctx, place) {
  const shape = ctx.shapes[place.shape];
  const text = element("span", "snf-summary-text");
  const none = makeNone(ctx, place, () => {
    const own = place.get();
    if (shape.kind === "list") return own?.items ? { mode: "value" } : { mode: "value", items: [] };
    if (shape.kind === "map") return own?.entries ? { mode: "value" } : { mode: "value", entries: [] };
    return { mode: "value", fields: own?.fields ?? {} };
  });
  return {
    elements: none ? [text, none.label] : [text],
    focusable: null,
    update(node) {
      const mode = modeOf(node);
      const count = shape.kind === "list" ? node?.items?.length : node?.entries?.length;
      const noun = shape.kind === "list" ? "item" : shape.kind === "map" ? "entry" : "";
      const plural = noun === "entry" ? "entries" : "items";
      if (mode === "null") text.textContent = "None";
      else if (noun && mode === "value") text.textContent = count === 1 ? `1 ${noun}` : `${(count ?? 0).toLocaleString("en")} ${plural}`;
      else text.textContent = "";
      if (none) none.box.checked = mode === "null";
    },
    rename() {},
    focus: () => false,
    destroy() {},
  };
}

/** @param {Place} place @returns {Control} */
function makeNothing(place) {
  const control = document.createElement("output");
  control.id = place.id;
  control.className = "snf-chip";
  control.textContent = "None";
  return { elements: [control], focusable: control, update() {}, rename() {}, focus: () => false, destroy() {} };
}

/**
 * The name of a variable of the notebook, with those offered whose values look as if they fit.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
function makeVariable(ctx, place) {
  const control = /** @type {HTMLInputElement} */ (plainControl(place, "input"));
  const list = document.createElement("datalist");
  list.id = `${place.id}-names`;
  control.setAttribute("list", list.id);
  control.placeholder = "name of a variable";
  control.addEventListener("focus", offer);
  control.addEventListener("input", () => place.put({ ...place.get(), mode: "var", var: control.value }, true));

  async function offer() {
    const answer = await ctx.ask({ kind: "variables", at: place.at });
    /** @type {{ name: string, words: string }[]} */
    const names = answer.names ?? [];
    list.replaceChildren(
      ...names.map(({ name, words }) => {
        const option = document.createElement("option");
        option.value = name;
        option.label = `${name}: ${words}`;
        return option;
      }),
    );
    control.placeholder = names.length ? "name of a variable" : "no variable fits; write a name";
  }
  return {
    elements: [control, list],
    focusable: control,
    update(node) {
      if (control.value !== (node?.var ?? "")) control.value = node?.var ?? "";
    },
    rename: (name) => nameIt(control, place, name),
    focus() {
      control.focus();
      return true;
    },
    destroy() {},
  };
}

/**
 * What was uploaded, or given by Python code: it is named, and can't be typed.
 * @param {import("./field.js").FormContext} ctx
 * @param {Place} place
 * @returns {Control}
 */
function makeChip(ctx, place) {
  const control = document.createElement("output");
  control.id = place.id;
  control.className = "snf-chip";
  control.setAttribute("aria-label", place.name);
  const elements = [/** @type {HTMLElement} */ (control)];
  if (place.kind === "upload") elements.push(...makeUpload(ctx, place));
  return {
    elements,
    focusable: control,
    update(node) {
      const upload = node?.upload;
      const files = (upload?.files ?? 1) === 1 ? "" : `${upload?.files} files, `;
      if (place.kind === "given") control.textContent = node?.given?.words ?? "";
      else control.textContent = upload ? `${upload.name} (${files}${sizeWords(upload.size)})` : "";
    },
    rename: (name) => control.setAttribute("aria-label", name),
    focus: () => false,
    destroy() {},
  };
}
