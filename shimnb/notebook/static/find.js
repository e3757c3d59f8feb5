// The search box: over the model in the kernel, from hit to hit, with what matches marked.

import { element } from "./dom.js";
import { markRow } from "./marks.js";

/** @typedef {{ query: string, scope: string, only: boolean }} Finding */

const PAUSE = 120; // ms after the last letter
const SLOW = 400; // ms until a search is said to be on
const SCOPES = /** @type {const} */ ([["all", "everything"], ["keys", "keys"], ["values", "values"], ["paths", "paths"]]);

/**
 * @param {string} text
 * @param {string} name
 * @param {() => void} act
 */
function findButton(text, name, act) {
  const button = /** @type {HTMLButtonElement} */ (element("button", "sn-depth sn-find-button", text));
  button.type = "button";
  button.setAttribute("aria-label", name);
  button.title = name;
  button.addEventListener("click", act);
  return button;
}

/** @type {import("./treewidget.js").Tool} */
export function findTool({ model, view, ask, root, toolbar, above }) {
  const box = document.createElement("input");
  box.type = "search";
  box.className = "sn-find-box";
  box.placeholder = "search, or /regex/";
  box.maxLength = 1000;
  box.spellcheck = false;
  box.autocomplete = "off";
  box.setAttribute("aria-label", "Search the tree");
  const scope = document.createElement("select");
  scope.className = "sn-find-scope";
  scope.setAttribute("aria-label", "Search in");
  for (const [value, text] of SCOPES) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = text;
    scope.append(option);
  }
  const count = element("span", "sn-find-count");
  count.setAttribute("role", "status");
  count.setAttribute("aria-label", "Hits");
  const previous = findButton("↑", "Previous hit", () => go(-1));
  const following = findButton("↓", "Next hit", () => go(1));
  const only = findButton("only hits", "Show only the hits and what leads to them", () => {
    state = { ...state, query: box.value, only: !state.only };
    save();
    search(true);
  });
  only.classList.add("sn-toggle");
  const message = element("div", "sn-find-message");
  message.setAttribute("role", "status");
  message.id = `sn-find-${Math.random().toString(36).slice(2)}`;
  box.setAttribute("aria-describedby", message.id);
  const group = element("div", "sn-find");
  group.setAttribute("role", "search");
  group.setAttribute("aria-label", "Search");
  // In its controls, Escape and Shift+Enter are not the notebook's either; see keys.js.
  group.dataset.ownKeys = "true";
  group.append(box, scope, count, previous, following, only);
  toolbar.prepend(group);
  above.append(message);

  /** @type {Finding} */
  let state = { query: "", scope: "all", only: false, ...model.get("finding") };
  let total = 0;
  let current = -1;
  let asked = 0;
  let filtered = false;
  let timer = 0;
  let slow = 0;
  let alive = true;
  let prepared = false;
  let version = model.get("version");
  /** @type {{ start: number, hits: number[][] }} */
  let page = { start: 0, hits: [] };
  /** @type {number[]} Where a search begins: it does not creep on with every letter. */
  let from = [];
  /** What is known of the rows in view, by their positions. @type {Map<string, import("./marks.js").Mark>} */
  let marks = new Map();
  /** @type {Set<string>} */
  const wanted = new Set();

  const searching = () => state.query !== "" && total > 0;

  function show() {
    if (box.value !== state.query) box.value = state.query;
    scope.value = state.scope;
    only.setAttribute("aria-pressed", String(state.only));
    previous.disabled = following.disabled = total === 0;
  }

  function save() {
    model.set("finding", { ...state });
    model.save_changes();
  }

  /** @param {string} text @param {boolean} [wrong] */
  function tell(text, wrong = false) {
    if (message.textContent !== text) message.textContent = text;
    message.classList.toggle("sn-wrong", wrong);
    if (wrong) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }

  function drawCount() {
    const words = state.query === "" ? "" : total === 0 ? "No hits" : `${(current + 1).toLocaleString("en")} of ${total.toLocaleString("en")}`;
    if (count.textContent !== words) count.textContent = words;
  }

  function forget() {
    marks = new Map();
    wanted.clear();
    view.redraw();
  }

  /** @param {boolean} goThere Whether the first hit is brought into view. */
  async function search(goThere) {
    window.clearTimeout(timer);
    asked += 1;
    const mine = asked;
    if (state.query === "" && !filtered) return clear();
    window.clearTimeout(slow);
    slow = window.setTimeout(() => mine === asked && (count.textContent = "Searching…"), SLOW);
    try {
      const reply = await ask({ type: "find", ...state, near: from, revealed: revealed(view) });
      if (mine !== asked || !alive) return;
      version = model.get("version");
      if (reply.wrong) return tell(reply.wrong, true);
      filtered = state.only && state.query !== "";
      if (state.query === "") return clear();
      total = reply.count;
      page = { start: reply.start, hits: reply.hits };
      current = total > 0 ? reply.place : -1;
      const half = total === 0 && /^\/.*[^/i]$/.test(state.query);
      tell(reply.note ?? (half ? "These are no hits of a regex: one ends with a slash, as in /limit$/" : ""));
      forget();
      if (goThere && total > 0) await reveal(current, false);
    } catch (reason) {
      if (mine === asked && alive) tell(reason instanceof Error ? reason.message : String(reason));
    } finally {
      if (mine === asked) {
        window.clearTimeout(slow);
        show();
        drawCount();
      }
    }
  }

  function clear() {
    total = 0;
    current = -1;
    page = { start: 0, hits: [] };
    tell("");
    show();
    drawCount();
    forget();
  }

  /**
   * @param {number} number
   * @param {boolean} focus
   */
  async function reveal(number, focus) {
    if (number < page.start || number >= page.start + page.hits.length) {
      const mine = asked;
      const reply = await ask({ type: "hits", start: Math.max(0, number - 50) });
      if (mine !== asked || !alive) return;
      page = { start: reply.start, hits: reply.hits };
    }
    const at = page.hits[number - page.start];
    if (!at) return;
    current = number;
    from = at;
    drawCount();
    await view.reveal(at, { focus });
    view.redraw();
  }

  /** @param {number} by @param {boolean} [focus] */
  function go(by, focus = false) {
    // A query that is typed and not searched for yet comes first.
    if (box.value !== state.query) {
      state.query = box.value;
      save();
      return void search(true);
    }
    if (total === 0) return;
    const next = (current + by + total) % total;
    const wraps = by > 0 ? next < current || total === 1 : next > current || total === 1;
    tell(wraps ? (by > 0 ? "After the last hit, on from the first." : "Before the first hit, on from the last.") : "");
    reveal(next, focus).catch((/** @type {unknown} */ reason) => tell(reason instanceof Error ? reason.message : String(reason)));
  }

  function onInput() {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      state.query = box.value;
      save();
      search(true);
    }, PAUSE);
  }

  function enterBox() {
    box.focus();
    box.select();
  }

  function leaveBox() {
    window.clearTimeout(timer);
    state.query = "";
    box.value = "";
    save();
    search(false);
    view.focus();
  }

  /** @param {KeyboardEvent} event */
  function onBoxKey(event) {
    if (event.key === "Enter" && event.target === box) go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") leaveBox();
    else if (event.key === "ArrowDown" && event.target === box) view.focus();
    else if (event.key === "F3") go(event.shiftKey ? -1 : 1);
    else {
      // What is typed is no key of the notebook's; Ctrl+S and its like are.
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event */
  function onRootKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "f") return;
    event.preventDefault();
    event.stopPropagation();
    enterBox();
  }

  view.addKeys((event) => {
    if (event.key === "/") enterBox();
    else if (event.key === "F3" && total > 0) go(event.shiftKey ? -1 : 1, true);
    else return false;
    return true;
  });

  view.decorate((item, at, row) => {
    const mark = searching() ? marks.get(at.join()) : undefined;
    markRow(item, row, mark, searching() && !state.only, mark?.hit !== undefined && mark.hit === current);
  });

  view.onDraw(() => {
    if (!searching()) return;
    const missing = view.visible().map(({ at }) => at).filter((at) => !marks.has(at.join()) && !wanted.has(at.join()));
    if (missing.length === 0) return;
    const mine = marks;
    for (const at of missing) wanted.add(at.join());
    ask({ type: "marks", at: missing }).then(
      (reply) => {
        if (mine !== marks || !alive) return;
        missing.forEach((at, index) => mine.set(at.join(), reply.marks[index]));
        view.redraw();
      },
      () => {}, // asked again when the rows are drawn the next time
    ).finally(() => {
      if (mine === marks) for (const at of missing) wanted.delete(at.join());
    });
  });

  function onFinding() {
    const other = { query: "", scope: "all", only: false, ...model.get("finding") };
    if (other.query === state.query && other.scope === state.scope && other.only === state.only) return;
    state = other;
    show();
    search(false);
  }

  function onVersion() {
    // The search that shows only hits makes a new version itself; its answer comes right after.
    window.setTimeout(() => {
      if (!alive || model.get("version") === version) return;
      version = model.get("version");
      filtered = false;
      from = [];
      if (state.query !== "") search(false);
    }, 100);
  }

  box.addEventListener("input", onInput);
  box.addEventListener("focus", () => {
    from = view.active()?.at ?? [];
    if (prepared) return;
    prepared = true;
    ask({ type: "index" }).catch(() => {});
  });
  scope.addEventListener("change", () => {
    state = { ...state, query: box.value, scope: scope.value };
    save();
    search(true);
  });
  group.addEventListener("keydown", onBoxKey);
  root.addEventListener("keydown", onRootKey);
  model.on("change:finding", onFinding);
  model.on("change:version", onVersion);
  show();
  if (state.query !== "") search(false);
  return () => {
    alive = false;
    window.clearTimeout(timer);
    window.clearTimeout(slow);
    root.removeEventListener("keydown", onRootKey);
    model.off("change:finding", onFinding);
    model.off("change:version", onVersion);
  };
}

/**
 * The ids of the hidden values that are shown in this view.
 * @param {import("./treeview.js").TreeHandle} view
 * @returns {string[]}
 */
export function revealed(view) {
  return [...view.kept()].filter(([, kept]) => kept?.revealed !== undefined).map(([id]) => id);
}
