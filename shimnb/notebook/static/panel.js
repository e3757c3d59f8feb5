import { keepKeys } from "./keys.js";

/**
 * The part of anywidget's model that is used here.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback: (...args: any[]) => void) => void} off
 */

/**
 * What anywidget offers for widgets within widgets.
 * @typedef {object} Host
 * @property {(ref: string) => Promise<{ render: (target: { el: HTMLElement, signal?: AbortSignal }) => Promise<void> }>} getWidget
 */

/** @typedef {{ severity: string, path: string, sentence: string, remedy: string, before: string, after: string }} Finding */

/** @typedef {{ name: string, notes: string[], count: string, level: string }} Header */

/** @typedef {{ text?: string, rows?: [string, string, string][], more?: number }} Said What changed when the cell ran again. */

/** @typedef {{ title: string, text: string, python: boolean }} Text */

const TABS = /** @type {const} */ (["template", "run", "checks", "source"]);
const LABELS = { template: "Template", run: "Run", checks: "Checks", source: "Source" };
const COPIED = 1500;
const PYTHON = new RegExp(
  [
    /(?<comment>#.*)/,
    /(?<string>(?:\b[rbfRBF]{1,2})?(?:"""[^]*?"""|\x27\x27\x27[^]*?\x27\x27\x27|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27))/,
    /(?<number>\b\d[\d_.]*\b)/,
    /(?<keyword>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b)/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);

let panels = 0;

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
function make(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {Header} header
 * @param {() => void} onCount
 */
function drawHeader(header, onCount) {
  const line = make("div", "sn-panel-head");
  line.append(make("strong", "sn-panel-name", header.name));
  line.append(make("span", "sn-panel-notes", header.notes.join(" · ")));
  if (header.count) {
    const count = make("button", `sn-panel-count sn-panel-${header.level}`, header.count);
    count.type = "button";
    count.title = "Show the checks";
    count.addEventListener("click", onCount);
    line.append(count);
  }
  return line;
}

/**
 * Say what changed when the cell ran again; the fields of the template are behind a button.
 * @param {Model} model
 * @param {string} prefix
 */
function drawSaid(model, prefix) {
  /** @type {Said} */
  const said = model.get("said");
  const root = make("div", "sn-panel-said");
  const line = make("div", "sn-panel-said-line");
  const status = make("span");
  status.setAttribute("role", "status");
  status.setAttribute("aria-live", "polite");
  line.append(status);
  root.append(line);
  // A screen reader tells what is put into a region that is there already.
  requestAnimationFrame(() => (status.textContent = said.text ?? ""));
  if (!said.rows?.length) return { root, show: () => {} };
  const button = make("button", "sn-panel-said-button");
  button.type = "button";
  button.setAttribute("aria-controls", `${prefix}-said`);
  const table = drawChanges(said.rows, said.more ?? 0);
  table.id = `${prefix}-said`;
  line.append(button);
  root.append(table);
  const show = () => {
    const open = model.get("said_open");
    table.hidden = !open;
    button.textContent = open ? "Hide" : "Show";
    button.setAttribute("aria-label", open ? "Hide what changed" : "Show what changed");
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => {
    model.set("said_open", !model.get("said_open"));
    model.save_changes();
    show();
  });
  show();
  return { root, show };
}

/**
 * @param {[string, string, string][]} rows
 * @param {number} more
 */
function drawChanges(rows, more) {
  const box = make("div", "sn-panel-changes");
  const table = make("table");
  const head = make("tr");
  for (const title of ["Field", "Before", "Now"]) {
    const cell = make("th", "", title);
    cell.scope = "col";
    head.append(cell);
  }
  table.createTHead().append(head);
  const body = table.createTBody();
  for (const [path, before, now] of rows) {
    const row = body.insertRow();
    const name = make("th", "sn-path", path);
    name.scope = "row";
    row.append(name, make("td", "sn-before", before), make("td", "sn-now", now));
  }
  box.append(table);
  if (more) box.append(make("p", "sn-none", `and ${more.toLocaleString("en")} more`));
  return box;
}

/**
 * @param {Finding[]} findings
 * @param {HTMLElement} slot
 */
function drawFindings(findings, slot) {
  if (findings.length === 0) {
    slot.replaceChildren(make("p", "sn-none", "The checks found nothing that would go wrong on a cluster."));
    return;
  }
  const list = make("ul", "sn-findings");
  for (const finding of findings) {
    const item = make("li", `sn-finding sn-finding-${finding.severity}`);
    const line = make("div", "sn-finding-line");
    line.append(make("span", "sn-severity", finding.severity), make("code", "sn-path", finding.path));
    if (finding.before) {
      const change = make("span", "sn-change");
      change.append(make("code", "", finding.before), " becomes ", make("code", "", finding.after));
      line.append(change);
    }
    item.append(line, make("div", "sn-sentence", finding.sentence), make("div", "sn-remedy", finding.remedy));
    list.append(item);
  }
  slot.replaceChildren(list);
}

/**
 * Put Python in an element, coloured as JupyterLab colours it.
 * @param {HTMLElement} host
 * @param {string} text
 */
function drawPython(host, text) {
  let at = 0;
  for (const found of text.matchAll(PYTHON)) {
    const kind = Object.entries(found.groups ?? {}).find(([, part]) => part !== undefined)?.[0];
    host.append(text.slice(at, found.index), make("span", `sn-py-${kind}`, found[0]));
    at = found.index + found[0].length;
  }
  host.append(text.slice(at));
}

/** @param {HTMLElement} shown @param {string} text */
async function copy(shown, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page that is not served securely has no clipboard; the selection can still be copied.
    getSelection()?.selectAllChildren(shown);
    document.execCommand("copy");
    getSelection()?.removeAllRanges();
  }
}

/**
 * @param {Text[]} texts
 * @param {HTMLElement} slot
 */
function drawSource(texts, slot) {
  slot.replaceChildren(
    ...texts.map(({ title, text, python }) => {
      const block = make("figure", "sn-source");
      const caption = make("figcaption", "sn-source-head");
      caption.append(make("span", "sn-source-title", title));
      block.append(caption);
      if (text) {
        const pre = make("pre", "sn-source-text");
        const code = make("code");
        if (python) drawPython(code, text);
        else code.textContent = text;
        pre.append(code);
        pre.tabIndex = 0;
        pre.setAttribute("role", "region");
        pre.setAttribute("aria-label", title);
        const button = make("button", "sn-copy", "Copy");
        button.type = "button";
        button.setAttribute("aria-label", `Copy: ${title}`);
        const said = make("span", "sn-said");
        said.setAttribute("role", "status");
        button.addEventListener("click", async () => {
          await copy(pre, text);
          said.textContent = "Copied";
          setTimeout(() => said.replaceChildren(), COPIED);
        });
        caption.append(said, button);
        block.append(pre);
      }
      return block;
    }),
  );
}

/**
 * @param {HTMLElement} list
 * @param {(tab: string) => void} onSelect
 * @param {string} prefix
 * @param {Model} model
 */
function drawTabs(list, onSelect, prefix, model) {
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", model.get("header").name);
  const buttons = TABS.map((name) => {
    // Notes do not count: they are so with every task of these types.
    const count = model.get("findings").filter((/** @type {Finding} */ { severity }) => severity !== "note").length;
    const button = make("button", "sn-tab", name === "checks" && count ? `${LABELS[name]} (${count})` : LABELS[name]);
    button.type = "button";
    button.id = `${prefix}-${name}-tab`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", `${prefix}-${name}`);
    button.addEventListener("click", () => onSelect(name));
    return button;
  });
  list.replaceChildren(...buttons);
  list.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === event.target);
    const last = buttons.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last };
    const to = moves[event.key];
    if (at < 0 || to === undefined) return;
    // Outside of the widget the arrows would move the notebook's selection.
    event.preventDefault();
    event.stopPropagation();
    onSelect(TABS[to]);
    buttons[to].focus();
  });
  return buttons;
}

/** @param {{ model: Model, el: HTMLElement, host: Host, signal: AbortSignal }} context */
function render({ model, el, host, signal }) {
  panels += 1;
  const prefix = `sn-panel-${panels}`;
  const root = make("section", "shimnb shimnb-panel");
  keepKeys(root);
  root.setAttribute("aria-label", `Task ${model.get("header").name}`);
  const list = make("div", "sn-tabs");
  const buttons = drawTabs(list, select, prefix, model);
  const slots = TABS.map((name) => {
    const slot = make("div", `sn-slot sn-slot-${name}`);
    slot.id = `${prefix}-${name}`;
    slot.setAttribute("role", "tabpanel");
    slot.setAttribute("aria-labelledby", `${prefix}-${name}-tab`);
    return slot;
  });
  /** @type {Set<string>} */
  const drawn = new Set();

  /** @param {string} name */
  function select(name) {
    model.set("tab", name);
    model.save_changes();
    show();
  }

  /** @param {"tree" | "form"} part @param {HTMLElement} slot */
  async function embed(part, slot) {
    try {
      const widget = await host.getWidget(model.get(part));
      await widget.render({ el: slot, signal });
    } catch {
      slot.append(make("p", "sn-none", "This part is not there any more. Run the cell again."));
    }
  }

  /** @param {string} name @param {HTMLElement} slot */
  function draw(name, slot) {
    // A tab is drawn when it is first shown, so that the first one is there sooner.
    if (drawn.has(name)) return;
    drawn.add(name);
    if (name === "template") embed("tree", slot);
    else if (name === "run") embed("form", slot);
    else if (name === "checks") drawFindings(model.get("findings"), slot);
    else drawSource(model.get("source"), slot);
  }

  function show() {
    const current = model.get("tab");
    TABS.forEach((name, index) => {
      const selected = name === current;
      if (selected) draw(name, slots[index]);
      slots[index].hidden = !selected;
      buttons[index].setAttribute("aria-selected", String(selected));
      buttons[index].tabIndex = selected ? 0 : -1;
    });
  }

  const head = drawHeader(model.get("header"), () => {
    select("checks");
    buttons[TABS.indexOf("checks")].focus();
  });
  const said = model.get("said").text ? drawSaid(model, prefix) : null;
  root.append(head, ...(said ? [said.root] : []), list, ...slots);
  el.append(root);
  show();
  model.on("change:tab", show);
  if (said) model.on("change:said_open", said.show);
  return () => {
    model.off("change:tab", show);
    if (said) model.off("change:said_open", said.show);
  };
}

export default { render };
