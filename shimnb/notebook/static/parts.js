// The parts of what is made of parts: a group's fields, a list's items, a map's entries, the type that a union has.
import { makeButton } from "./button.js";
import { element } from "./dom.js";
import { makePager, makePaste, PAGE } from "./itembar.js";
import { focused } from "./keys.js";
import { modeOf } from "./sync.js";

/** @typedef {import("./sync.js").FormNode} FormNode */
/** @typedef {import("./field.js").FormContext} FormContext */
/** @typedef {import("./field.js").Use} Use */
/** @typedef {import("./field.js").Row} Row */

/**
 * @typedef {object} Parts
 * @property {() => void} update
 * @property {(rest: string[], key: boolean) => boolean} focus
 * @property {() => boolean} [first] Moves the focus to the first field of a group.
 * @property {() => void} destroy
 */

/**
 * @typedef {object} Frame
 * @property {HTMLElement} body Where the parts go.
 * @property {HTMLElement} holder The line of the whole.
 * @property {() => FormNode | undefined} effective
 * @property {() => void} update Draws the whole anew.
 */

let lastId = 0;

/** The id of an item that a person adds. */
function newId() {
  lastId += 1;
  return `n${Date.now().toString(36)}${lastId}`;
}

/**
 * @param {FormContext} ctx
 * @param {Use} use
 * @param {Frame} frame
 * @returns {Parts}
 */
export function makeParts(ctx, use, frame) {
  const kind = ctx.shapes[use.shape].kind;
  if (kind === "group") return makeGroup(ctx, use, frame);
  if (kind === "union") return makeVariants(ctx, use, frame);
  return makeItems(ctx, use, frame, kind === "map");
}

/**
 * What stands for a whole, ready to be changed: a default is copied first.
 * @param {Use} use
 * @param {Frame} frame
 * @param {Partial<FormNode>} empty
 */
function wholeOf(use, frame, empty) {
  const own = use.get();
  if (modeOf(own) === "value" && own) return { node: own, made: false };
  const base = frame.effective();
  const copied = modeOf(base) === "value" ? structuredClone(base) : undefined;
  return { node: /** @type {FormNode} */ ({ ...own, ...empty, ...copied, mode: "value" }), made: true };
}

/** @param {FormContext} ctx @param {Use} use @param {Frame} frame @returns {Parts} */
function makeGroup(ctx, use, frame) {
  const specs = ctx.shapes[use.shape].fields ?? [];
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const spec of specs) {
    const row = ctx.row({
      at: [...use.at, spec.name],
      shape: spec.shape,
      label: spec.name,
      name: spec.name,
      required: spec.required,
      secret: use.secret || Boolean(spec.secret),
      help: spec.help ?? "",
      default: spec.default,
      get: () => frame.effective()?.fields?.[spec.name],
      put(node, at, wait) {
        const whole = wholeOf(use, frame, { fields: {} });
        const fields = whole.node.fields ?? (whole.node.fields = {});
        if (node === undefined) delete fields[spec.name];
        else fields[spec.name] = node;
        use.put(whole.node, whole.made ? use.at : at, wait);
        if (whole.made) frame.update();
      },
    });
    rows.set(spec.name, row);
    frame.body.append(row.root);
  }
  return {
    update: () => rows.forEach((row) => row.update()),
    focus(rest, key) {
      rows.get(rest[0])?.focus(rest.slice(1), key);
      return rows.has(rest[0]);
    },
    first() {
      const [row] = rows.values();
      row?.focus([]);
      return row !== undefined;
    },
    destroy: () => rows.forEach((row) => row.destroy()),
  };
}

/** @param {FormContext} ctx @param {Use} use @param {Frame} frame @returns {Parts} */
function makeVariants(ctx, use, frame) {
  const variants = ctx.shapes[use.shape].variants ?? [];
  /** @type {Row | null} */
  let row = null;
  let drawn = -1;
  return {
    update() {
      const node = frame.effective();
      const number = modeOf(node) === "value" && node?.variant !== undefined ? node.variant : -1;
      if (number !== drawn) {
        row?.destroy();
        row = null;
        drawn = number;
        const variant = variants[number];
        if (variant) {
          row = ctx.row({
            at: [...use.at, String(number)],
            shape: variant.shape,
            label: variant.label,
            name: `${use.name} as ${variant.label}`,
            required: true,
            secret: use.secret,
            help: "",
            get: () => frame.effective()?.variants?.[String(number)],
            put(inner, at, wait) {
              const whole = wholeOf(use, frame, { variants: {}, variant: number });
              const kept = whole.node.variants ?? (whole.node.variants = {});
              if (inner === undefined) delete kept[String(number)];
              else kept[String(number)] = inner;
              use.put(whole.node, whole.made ? use.at : at, wait);
              if (whole.made) frame.update();
            },
          });
          frame.body.append(row.root);
        }
      }
      row?.update();
    },
    focus(rest, key) {
      if (!row) return false;
      row.focus(rest.slice(1), key);
      return true;
    },
    destroy: () => row?.destroy(),
  };
}

/**
 * A list or a map: a page of its parts at a time.
 * @param {FormContext} ctx
 * @param {Use} use
 * @param {Frame} frame
 * @param {boolean} keyed
 * @returns {Parts}
 */
function makeItems(ctx, use, frame, keyed) {
  const shape = ctx.shapes[use.shape];
  const list = element("div", "snf-items");
  const bar = element("div", "snf-item-bar");
  const add = makeButton("snf-small", keyed ? "Add entry" : "Add item");
  add.append(element("span", "snf-unseen", ` to ${use.name}`));
  const paste = makeButton("snf-small", "Paste JSON");
  paste.append(element("span", "snf-unseen", ` into ${use.name}`));
  const pager = makePager(use.name, (next) => {
    page = next;
    update();
  });
  bar.append(add, paste, pager.root);
  frame.body.append(list, bar);
  /** @type {Map<string, { row: Row, key: ReturnType<typeof makeKey> | null }>} */
  const rows = new Map();
  let page = 0;

  /** @param {FormNode | undefined} node @returns {{ id: string, key?: string, node: FormNode | null }[]} */
  const partsOf = (node) => (modeOf(node) === "value" ? ((keyed ? node?.entries : node?.items) ?? []) : []);
  const parts = () => partsOf(frame.effective());

  /** Changes the list itself. @param {(all: { id: string, key?: string, node: FormNode | null }[]) => void} act */
  function change(act) {
    const whole = wholeOf(use, frame, keyed ? { entries: [] } : { items: [] });
    act(partsOf(whole.node));
    use.put(whole.node, use.at, false);
    frame.update();
  }

  add.addEventListener("click", () => {
    const id = newId();
    change((all) => all.push(keyed ? { id, key: "", node: null } : { id, node: null }));
    page = Math.floor((parts().length - 1) / PAGE);
    update();
    ctx.announce(`${use.name} has ${parts().length.toLocaleString("en")} now.`);
    focusOn(id, [], keyed);
  });

  /** @param {string} id */
  function remove(id) {
    const index = parts().findIndex((part) => part.id === id);
    change((all) => all.splice(index, 1));
    ctx.announce(`${use.name} ${index + 1} is removed; ${parts().length.toLocaleString("en")} left.`);
    const next = parts()[Math.min(index, parts().length - 1)];
    if (next) rows.get(next.id)?.row.root.querySelector(/** @type {"button"} */ ("button.snf-remove"))?.focus();
    else add.focus();
  }

  /** @param {string} id @param {number} by */
  function move(id, by) {
    const index = parts().findIndex((part) => part.id === id);
    const to = index + by;
    if (to < 0 || to >= parts().length) {
      ctx.announce(`${use.name} ${index + 1} is the ${by < 0 ? "first" : "last"} one.`);
      return;
    }
    const had = focused(list);
    change((all) => all.splice(to, 0, ...all.splice(index, 1)));
    page = Math.floor(to / PAGE);
    update();
    // An element that is put elsewhere loses the focus.
    if (had instanceof HTMLElement && had.isConnected) had.focus();
    ctx.announce(`Moved to ${to + 1} of ${parts().length.toLocaleString("en")}.`);
  }

  /** @param {{ id: string, key?: string, node: FormNode | null }} part */
  function makeItem(part) {
    const { id } = part;
    const at = [...use.at, id];
    const tools = element("span", "snf-tools");
    /** @type {[string, string, string, () => void][]} */
    const acts = [
      ["↑", "Move up", "snf-up", () => move(id, -1)],
      ["↓", "Move down", "snf-down", () => move(id, 1)],
      ["✕", "Remove", "snf-remove", () => remove(id)],
    ];
    const said = acts.map(([sign, words, name, act]) => {
      const button = makeButton(`snf-tool ${name}`, "");
      button.title = words;
      const sight = element("span", "", sign);
      sight.setAttribute("aria-hidden", "true");
      const speech = element("span", "snf-unseen", words);
      button.append(sight, speech);
      button.addEventListener("click", act);
      tools.append(button);
      return { words, speech };
    });
    const key = keyed ? makeKey(ctx, use, at, () => parts().find((each) => each.id === id), setKey) : null;
    /** @param {string} text */
    function setKey(text) {
      const whole = wholeOf(use, frame, { entries: [] });
      const found = whole.node.entries?.find((each) => each.id === id);
      if (found) found.key = text;
      use.put(whole.node, use.at, true);
      frame.update();
    }
    const row = ctx.row({
      at,
      shape: /** @type {string} */ (shape.item),
      label: "",
      name: "",
      required: true,
      secret: use.secret,
      help: "",
      before: key?.root,
      tools,
      get: () => parts().find((each) => each.id === id)?.node ?? undefined,
      put(node, below, wait) {
        const whole = wholeOf(use, frame, {});
        const found = partsOf(whole.node).find((each) => each.id === id);
        if (found) found.node = node ?? null;
        use.put(whole.node, whole.made ? use.at : below, wait);
        if (whole.made) frame.update();
      },
    });
    row.root.addEventListener("keydown", (event) => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown") || event.defaultPrevented) return;
      event.preventDefault();
      move(id, event.key === "ArrowUp" ? -1 : 1);
    });
    return {
      row,
      key,
      /** @param {number} index @param {number} count @param {string} [text] */
      place(index, count, text) {
        const name = keyed ? `${use.name} ${text || index + 1}` : `${use.name} ${index + 1} of ${count}`;
        row.rename(String(index + 1), name);
        key?.place(index, count);
        for (const { words, speech } of said) speech.textContent = `${words} ${name}`;
      },
    };
  }

  function update() {
    const all = parts();
    const last = Math.max(0, Math.ceil(all.length / PAGE) - 1);
    page = Math.min(page, last);
    const shown = all.slice(page * PAGE, (page + 1) * PAGE);
    const kept = new Set(shown.map((part) => part.id));
    for (const [id, { row }] of [...rows]) {
      if (kept.has(id)) continue;
      row.destroy();
      rows.delete(id);
    }
    shown.forEach((part, i) => {
      let item = /** @type {ReturnType<typeof makeItem> | undefined} */ (rows.get(part.id));
      const isNew = !item;
      if (!item) {
        item = makeItem(part);
        rows.set(part.id, item);
      }
      if (list.children[i] !== item.row.root) list.insertBefore(item.row.root, list.children[i] ?? null);
      item.place(page * PAGE + i, all.length, part.key);
      item.key?.update();
      if (!isNew) item.row.update();
    });
    list.hidden = shown.length === 0;
    pager.update(page, last, all.length);
  }

  /** @param {string} id @param {string[]} rest @param {boolean} key */
  function focusOn(id, rest, key) {
    const index = parts().findIndex((part) => part.id === id);
    if (index < 0) return false;
    page = Math.floor(index / PAGE);
    update();
    const item = rows.get(id);
    if (key && item?.key && !rest.length) item.key.control.focus();
    else item?.row.focus(rest, key);
    return true;
  }

  const pasting = makePaste(ctx, use, () => paste.focus());
  paste.addEventListener("click", () => {
    if (!pasting.root.isConnected) bar.after(pasting.root);
    pasting.open();
  });
  return {
    update,
    focus: (rest, key) => focusOn(rest[0], rest.slice(1), key),
    destroy: () => rows.forEach(({ row }) => row.destroy()),
  };
}

/**
 * The key of a map's entry.
 * @param {FormContext} ctx
 * @param {Use} use
 * @param {string[]} at
 * @param {() => { key?: string } | undefined} part
 * @param {(text: string) => void} changed
 */
function makeKey(ctx, use, at, part, changed) {
  const shape = ctx.shapes[use.shape];
  const choices = shape.keyChoices ?? [];
  const root = element("span", "snf-key");
  const control = /** @type {HTMLInputElement | HTMLSelectElement} */ (document.createElement(choices.length ? "select" : "input"));
  control.className = "snf-input";
  if (control instanceof HTMLSelectElement) {
    for (const choice of ["", ...choices]) {
      const option = document.createElement("option");
      option.value = choice;
      option.textContent = choice === "" ? "choose…" : choice;
      control.append(option);
    }
  } else {
    control.type = "text";
    control.autocomplete = "off";
    control.spellcheck = false;
    control.placeholder = "key";
  }
  const error = element("span", "snf-error");
  error.id = `${ctx.uid}-${at.map((name) => name.replaceAll(/\W/g, "_")).join("-")}-key-error`;
  error.setAttribute("role", "alert");
  root.append(control, error);
  control.addEventListener("input", () => changed(control.value));
  return {
    root,
    control,
    update() {
      const text = part()?.key ?? "";
      if (control.value !== text) control.value = text;
      const wrong = ctx.errorAt([...at, "@key"]);
      if ((error.textContent ?? "") !== wrong) error.textContent = wrong;
      error.hidden = wrong === "";
      if (wrong) {
        control.setAttribute("aria-invalid", "true");
        control.setAttribute("aria-describedby", error.id);
      } else {
        control.removeAttribute("aria-invalid");
        control.removeAttribute("aria-describedby");
      }
    },
    /** @param {number} index @param {number} count */
    place: (index, count) => control.setAttribute("aria-label", `Key ${index + 1} of ${count} of ${use.name}`),
  };
}
