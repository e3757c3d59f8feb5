// An ARIA treeview of any size: only the lines in view have elements, one a line, their places told by aria-level,
// aria-posinset and aria-setsize. Text goes in through textContent alone.

import { element } from "./dom.js";
import { fetcher } from "./fetching.js";
import { focused } from "./keys.js";
import { Branch, heightOf, indexOf, Line, lineAt, lineAtHeight, lineCount, next, readShape, topOf } from "./lines.js";
import { Opening } from "./opening.js";
import { drawRow, leafAct } from "./row.js";
import { treeKeys } from "./treekeys.js";

/**
 * A row, as nodes.py describes it.
 * @typedef {object} Row
 * @property {string} id
 * @property {string} key
 * @property {string} value
 * @property {string} kind
 * @property {number} size
 * @property {string} [type]
 * @property {string} [badge]
 * @property {string} [path]
 * @property {string} [tip]
 * @property {string} [help]
 * @property {{ before: string, after: string, why: string }} [was]
 * @property {{ value?: string, key?: string, type?: string }} [written]
 * @property {boolean} [unset]
 * @property {boolean} [secret]
 * @property {boolean} [long]
 * @property {string} [change] In a comparison: added, removed, changed, below, or same.
 * @property {string} [before] In a comparison: what a changed value was.
 * @property {number} [count]
 * @property {Row[]} [children]
 */

/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {{ active?: string, at?: number[], top?: number[], offset?: number }} Place What is looked at; see TreeWidget. */
/** @typedef {{ request?: string, error?: string, buffers?: DataView[] } & Record<string, any>} Reply */
/** @typedef {(content: Record<string, unknown>) => Promise<Reply>} Ask */

/**
 * @typedef {object} TreeOptions
 * @property {string} label The tree's accessible name.
 * @property {number} [count] How many rows there are without a parent, if more than were given.
 * @property {Opened} [opened] What stands open.
 * @property {(opened: Opened) => void} [onOpened] Called when rows were opened or closed.
 * @property {Place} [place] What is looked at.
 * @property {(place: Place) => void} [onPlace] Called when something else is looked at.
 * @property {Ask} [ask] Asks the kernel: `rows`, `shape` and `where`, as widget.py answers them.
 * @property {(id: string, start: number) => Promise<Row[]>} [children] In its stead: fetches the children of one row.
 * @property {(text: string) => void} [say] Tells the person something.
 * @property {boolean} [sizes] Show the sizes at the right; yes, unless false.
 */

/**
 * What drawing a row may know and do; see row.js.
 * @typedef {object} RowContext
 * @property {boolean} branch
 * @property {boolean} open
 * @property {number} total The size of the whole, for the bar.
 * @property {boolean} sizes
 * @property {string} view What `setView` was given.
 * @property {any} kept What `keep` was given for this row.
 * @property {(value: any) => void} keep Keeps something for the row (an expanded text, a revealed value), and draws it again.
 * @property {(content: Record<string, unknown>) => Promise<Reply>} ask Asks the kernel; `at` is put in.
 */

/**
 * @typedef {object} TreeHandle
 * @property {(rows: Row[], count?: number) => void} update Shows other rows; what is open, the focus and the place stay.
 * @property {(opened: Opened) => void} setOpened Opens what this says and nothing else; `onOpened` is not called.
 * @property {(depth: number) => Promise<string>} toDepth Opens the rows above a depth, 0 for all; gives a note, if there is one.
 * @property {(at: number[], options?: { focus?: boolean }) => Promise<boolean>} reveal Opens what is above a row, makes it the active one, scrolls to it.
 * @property {() => { at: number[], row: Row | undefined } | null} active The active row.
 * @property {(listener: (active: { at: number[], row: Row | undefined } | null) => void) => void} onActive
 * @property {() => { at: number[], row: Row | undefined }[]} visible The lines that have elements.
 * @property {(decorate: ((item: HTMLElement, at: number[], row: Row | undefined) => void)) => void} decorate Adds a function that is called for each row whenever it is drawn.
 * @property {() => ReadonlyMap<string, any>} kept What rows keep, by their ids.
 * @property {(listener: () => void) => void} onDraw Adds a function that is called after rows were drawn.
 * @property {() => void} redraw Draws the rows in view again, with their decorations.
 * @property {(view: string) => void} setView
 * @property {(handler: (event: KeyboardEvent, active: { at: number[], row: Row | undefined }) => boolean) => void} addKeys Adds a function that may take a key before the tree does.
 * @property {() => void} focus
 * @property {HTMLElement} element
 * @property {() => void} destroy Takes the tree out of its host.
 */

const TALLEST = 15_000_000; // px; browsers draw no element that is much higher
const MOST = 220; // elements
const OVERSCAN = 8; // lines
const AHEAD = 100; // lines
const MOST_ABOVE = 30; // levels above the first line, whose rows say what stands open
const LINE_HEIGHT = 20; // px, until it is measured

/**
 * Draws a tree into a host element.
 * @param {HTMLElement} host
 * @param {Row[]} firstRows
 * @param {TreeOptions} options
 * @returns {TreeHandle}
 */
export function treeView(host, firstRows, options) {
  const sizes = options.sizes !== false;
  const box = element("div", sizes ? "sn-tree" : "sn-tree sn-tree-plain");
  box.setAttribute("role", "tree");
  box.setAttribute("aria-label", options.label);
  box.dataset.lmSuppressShortcuts = "true";
  const sizer = element("div", "sn-sizer");
  const windowed = element("div", "sn-window");
  const probe = element("div", "sn-row sn-probe", "\u00a0");
  probe.setAttribute("aria-hidden", "true");
  sizer.append(windowed);
  box.append(probe, sizer);
  host.append(box);

  const opening = { now: new Opening(options.opened ?? { depth: 1, expanded: [], collapsed: [] }) };
  let root = new Branch(null, 0, 0);
  let total = 1;
  let height = LINE_HEIGHT;
  let scroll = 0; // px from the top of all lines to the top of the view
  let seenTop = 0; // the box's scrollTop that goes with it
  let view = "";
  /** @type {Line | null} */
  let active = null;
  /** @type {{ line: Line, item: HTMLElement }[]} */
  let drawn = [];
  /** @type {Map<string, HTMLElement>} */
  let items = new Map();
  /** @type {WeakMap<HTMLElement, Line>} */
  const lineOf = new WeakMap();
  /** @type {WeakMap<HTMLElement, unknown[]>} */
  const filled = new WeakMap();
  /** @type {Map<string, any>} */
  const kept = new Map();
  /** @type {((item: HTMLElement, at: number[], row: Row | undefined) => void)[]} */
  const decorations = [];
  /** @type {(() => void)[]} */
  const drawListeners = [];
  /** @type {((active: { at: number[], row: Row | undefined } | null) => void)[]} */
  const activeListeners = [];
  /** @type {((event: KeyboardEvent, active: { at: number[], row: Row | undefined }) => boolean)[]} */
  const keyHandlers = [];
  let told = "";
  let placeTimer = 0;
  let syncTimer = 0;
  let alive = true;
  let era = 0;

  /** @type {Ask} */
  const ask = options.ask ?? byId;

  /** Answers `rows` by `children`, for hosts that know rows by their ids. @type {Ask} */
  async function byId(content) {
    if (!options.children || content.type !== "rows") throw new Error("These rows are not here.");
    const asked = /** @type {{ at: number[], start: number, stop: number }[]} */ (content.ranges);
    const fetch = options.children;
    const ranges = asked.map(async ({ at, start }) => {
      const id = branchAt(at)?.head?.row?.id ?? "";
      return { at, start, rows: await fetch(id, start) };
    });
    return { ranges: await Promise.all(ranges) };
  }

  const fetching = fetcher({
    ask: (ranges) => ask({ type: "rows", ranges }).then((reply) => reply.ranges ?? []),
    take: (branch, range) => branch.fill(range.start, range.rows, holds),
    done: () => alive && draw(),
    say: (why) => options.say?.(why),
  });

  /** @type {(row: Row, parentId: string, level: number) => boolean} */
  const holds = (row, parentId, level) => opening.now.holds(row, parentId, level);

  /** @param {number[]} at @returns {Branch | null} */
  function branchAt(at) {
    let branch = root;
    for (const place of at) {
      const kid = branch.kids.get(place);
      if (!kid) return null;
      branch = kid;
    }
    return branch;
  }

  /** The line at a position, or the nearest one above it that is open. @param {number[]} at @returns {Line | null} */
  function lineNear(at) {
    let branch = root;
    /** @type {Line | null} */
    let line = null;
    for (const place of at) {
      if (branch.count === 0) break;
      line = new Line(branch, Math.min(place, branch.count - 1));
      const { kid } = line;
      if (!kid?.open || line.place !== place) break;
      branch = kid;
    }
    return line;
  }

  // Where things are.

  const viewHeight = () => box.clientHeight || 30 * height;
  const whole = () => heightOf(root, height);
  const farthest = () => Math.max(0, whole() - viewHeight());
  const scaled = () => whole() > TALLEST;

  /** The box's scrollTop for a place in the whole. @param {number} pixels */
  function toBox(pixels) {
    if (!scaled()) return pixels;
    return (pixels / Math.max(1, farthest())) * Math.max(1, TALLEST - viewHeight());
  }

  function onScroll() {
    const top = box.scrollTop;
    const moved = top - seenTop;
    if (Math.abs(moved) < 0.5) return;
    const fixed = Math.abs(moved) < viewHeight() ? stays() : null;
    if (!scaled()) scroll = top;
    else if (Math.abs(moved) < 3 * viewHeight()) scroll += moved;
    else scroll = (top / Math.max(1, TALLEST - viewHeight())) * farthest();
    scroll = Math.max(0, Math.min(scroll, farthest()));
    seenTop = top;
    draw({ scrolled: true, fixed });
    window.clearTimeout(syncTimer);
    // A step of the wheel is a step of the lines: where these are more than the box is high, it is put right afterwards.
    if (scaled()) syncTimer = window.setTimeout(() => alive && sync(), 150);
    tellPlace();
  }

  function sync() {
    const top = toBox(scroll);
    if (Math.abs(box.scrollTop - top) > 0.5) box.scrollTop = top;
    seenTop = box.scrollTop;
    const [first] = drawn;
    if (first) windowed.style.transform = `translateY(${offset(topOf(first.line, height))}px)`;
  }

  /** Where in the box something stands. @param {number} top */
  const offset = (top) => (scaled() ? seenTop + top - scroll : top);

  // Drawing.

  /** The first line that is seen from its beginning: it stays where it is, whatever comes out above it. */
  function stays() {
    const line = lineAtHeight(root, scroll, height);
    if (!line || topOf(line, height) >= scroll - 0.5) return line;
    const below = next(line);
    return below && topOf(below, height) < scroll + viewHeight() ? below : line;
  }

  /** @param {{ scrolled?: boolean, fixed?: Line | null }} [why] */
  function draw(why = {}) {
    if (!alive) return;
    const probed = probe.getBoundingClientRect().height;
    if (probed > 0 && Math.abs(probed - height) > 0.25) restart(probed);
    const fixed = why.fixed ?? stays();
    const inside = fixed ? scroll - topOf(fixed, height) : 0;
    for (let round = 0; round < 6; round += 1) {
      place();
      if (!measure()) break;
      if (fixed && scroll > 0) scroll = topOf(fixed, height) + inside;
    }
    if (!why.scrolled || Math.abs(toBox(scroll) - seenTop) > 0.5) {
      if (!why.scrolled || !scaled()) sync();
    }
    fetchHoles();
    if (active === null && lineCount(root) > 0) setActive(lineAt(root, 0));
    for (const listener of drawListeners) listener();
  }

  /** @param {number} probed Another height of a line: of another font, or another zoom. */
  function restart(probed) {
    scroll *= probed / height;
    height = probed;
    const ways = [root];
    for (let branch = ways.pop(); branch; branch = ways.pop()) {
      branch.tall.clear();
      branch.sums = null;
      ways.push(...branch.kids.values());
    }
  }

  /** Give the lines in view their elements. */
  function place() {
    const all = whole();
    sizer.style.blockSize = `${Math.min(all, TALLEST)}px`;
    const seen = viewHeight();
    scroll = Math.max(0, Math.min(scroll, all - seen));
    const first = lineAtHeight(root, scroll - OVERSCAN * height, height);
    /** @type {Line[]} */
    const lines = [];
    let top = first ? topOf(first, height) : 0;
    const begin = top;
    for (let line = first; line && top < scroll + seen + OVERSCAN * height && lines.length < MOST; line = next(line)) {
      lines.push(line);
      top += height + (line.branch.tall.get(line.place) ?? 0);
    }
    put(lines);
    windowed.style.transform = `translateY(${offset(begin)}px)`;
  }

  /** @param {Line[]} lines */
  function put(lines) {
    /** @type {Map<string, HTMLElement>} */
    const fresh = new Map();
    const pinned = active && indexOf(active) >= 0 && !lines.some((line) => line.same(active)) ? active : null;
    for (const line of pinned ? [...lines, pinned] : lines) {
      const item = items.get(line.key) ?? element("div", "sn-row");
      fresh.set(line.key, item);
      lineOf.set(item, line);
      fill(item, line, line === pinned);
    }
    const had = focused(box);
    for (const [key, item] of items) if (!fresh.has(key)) item.remove();
    items = fresh;
    let cursor = windowed.firstChild;
    drawn = lines.map((line) => ({ line, item: /** @type {HTMLElement} */ (fresh.get(line.key)) }));
    // The row that has the focus stays in the page when it leaves the view, at the end of its window and unseen.
    const order = pinned ? [...drawn.map(({ item }) => item), /** @type {HTMLElement} */ (fresh.get(pinned.key))] : drawn.map(({ item }) => item);
    for (const item of order) {
      if (item === cursor) cursor = cursor.nextSibling;
      else windowed.insertBefore(item, cursor);
    }
    // An element that was moved has lost the focus.
    if (had && had !== focused(box) && had instanceof HTMLElement && box.contains(had)) had.focus({ preventScroll: true });
  }

  /** Measure what is drawn; tell whether a line is higher or lower than was thought. */
  function measure() {
    let changed = false;
    if (box.clientHeight === 0) return false;
    for (const { line, item } of drawn) {
      const extra = item.getBoundingClientRect().height - height;
      const known = line.branch.tall.get(line.place) ?? 0;
      if (Math.abs(extra - known) < 0.25) continue;
      if (Math.abs(extra) < 0.25) line.branch.tall.delete(line.place);
      else line.branch.tall.set(line.place, extra);
      line.branch.changed();
      changed = true;
    }
    return changed;
  }

  /**
   * @param {HTMLElement} item
   * @param {Line} line
   * @param {boolean} pinned
   */
  function fill(item, line, pinned) {
    const { row } = line;
    const branch = (row?.count ?? line.kid?.count ?? 0) > 0;
    const open = line.open;
    item.tabIndex = line.same(active) ? 0 : -1;
    item.classList.toggle("sn-pinned", pinned);
    // A row of the same content is left as it is, so that a selection in it stays.
    const state = [row, branch, open, total, view, row && kept.get(row.id), line.branch.count];
    const before = filled.get(item);
    if (!before || before.some((part, index) => part !== state[index])) {
      filled.set(item, state);
      item.setAttribute("role", "treeitem");
      item.setAttribute("aria-level", String(line.level));
      item.setAttribute("aria-posinset", String(line.place + 1));
      item.setAttribute("aria-setsize", String(line.branch.count));
      item.style.setProperty("--sn-level", String(line.level - 1));
      item.classList.toggle("sn-branch", branch);
      item.classList.toggle("sn-hole", !row);
      if (branch) item.setAttribute("aria-expanded", String(open));
      else item.removeAttribute("aria-expanded");
      if (row) {
        item.removeAttribute("aria-busy");
        drawRow(item, row, context(line, row));
      } else {
        item.setAttribute("aria-busy", "true");
        item.replaceChildren(element("span", "sn-note", "…"));
      }
    }
    if (decorations.length > 0) {
      const { at } = line;
      for (const decorate of decorations) decorate(item, at, row);
    }
  }

  /**
   * @param {Line} line
   * @param {Row} row
   * @returns {RowContext}
   */
  function context(line, row) {
    return {
      branch: (row.count ?? 0) > 0,
      open: line.open,
      total,
      sizes,
      view,
      kept: kept.get(row.id),
      keep: (value) => {
        if (value === undefined) kept.delete(row.id);
        else kept.set(row.id, value);
        draw();
      },
      ask: (content) => ask({ ...content, at: line.at }),
    };
  }

  /** Ask for the rows in view that are not here, for some around them, and for what is above the first. */
  function fetchHoles() {
    fetching.begin();
    const first = drawn[0]?.line;
    if (!first) return;
    for (const { line } of drawn) if (!line.row) fetching.want(line.branch, line.place);
    for (let head = first.branch.head, levels = 0; head && levels < MOST_ABOVE; head = head.branch.head, levels += 1) if (!head.row) fetching.want(head.branch, head.place);
    const start = indexOf(first) - AHEAD / 2;
    let line = lineAt(root, Math.max(0, start));
    for (let count = 0; line && count < drawn.length + 1.5 * AHEAD; line = next(line), count += 1) if (!line.row) fetching.want(line.branch, line.place);
    fetching.flush();
    fetching.prune((branch, from, to) => drawn.some(({ line: { branch: other, place: at } }) => other === branch && at >= from && at < to));
  }

  // What is looked at.

  const activeNow = () => active && { at: active.at, row: active.row };

  /** @param {Line | null} line */
  function setActive(line) {
    if (line === null ? active === null : line.same(active)) return;
    const before = active && items.get(active.key);
    if (before) before.tabIndex = -1;
    active = line;
    const item = active && items.get(active.key);
    if (item) item.tabIndex = 0;
    for (const listener of activeListeners) listener(activeNow());
    tellPlace();
  }

  function tellPlace() {
    if (!options.onPlace) return;
    window.clearTimeout(placeTimer);
    placeTimer = window.setTimeout(() => alive && options.onPlace?.(placeNow()), 300);
  }

  function placeNow() {
    const top = lineAtHeight(root, scroll, height);
    return {
      active: active?.row?.id ?? "",
      at: active?.at ?? [],
      top: top?.at ?? [],
      offset: top ? Math.round(scroll - topOf(top, height)) : 0,
    };
  }

  /** @param {Place} wanted */
  function goTo({ at, top, offset: cut = 0 }) {
    const line = at?.length ? lineNear(at) : null;
    if (line) setActive(line);
    const first = top?.length ? lineNear(top) : null;
    if (first) scroll = topOf(first, height) + cut;
    draw();
  }

  /** @param {Line} line */
  function scrollTo(line) {
    const top = topOf(line, height);
    const bottom = top + height + (line.branch.tall.get(line.place) ?? 0);
    if (top < scroll || bottom - top > viewHeight()) scroll = top;
    else if (bottom > scroll + viewHeight()) scroll = bottom - viewHeight();
  }

  /**
   * Make a line the active one, and bring it into view.
   * @param {Line | null} line
   * @param {{ focus?: boolean }} [how]
   */
  function moveTo(line, { focus = true } = {}) {
    if (!line) return;
    setActive(line);
    scrollTo(line);
    draw();
    // Rows that were guessed and are measured by now may have moved it.
    scrollTo(line);
    draw();
    const item = items.get(line.key);
    if (focus) item?.focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
  }

  // What stands open.

  function tellOpened() {
    const saved = opening.now.saved();
    told = JSON.stringify(saved);
    options.onOpened?.(saved);
  }

  /**
   * @param {Line} line
   * @param {boolean} open
   */
  function setOpen(line, open) {
    const { row } = line;
    const count = row?.count ?? line.kid?.count ?? 0;
    if (!row || count === 0 || line.open === open) return;
    opening.now.set(row, line.branch.head?.row?.id ?? "", line.level, open);
    line.branch.branch(line.place, count).turn(open);
    if (!open && active && indexOf(active) < 0) setActive(line);
    draw();
    tellOpened();
  }

  /**
   * Open what the rule says below a branch; the kernel says what that is where the rows are not here.
   * @param {Branch} top
   * @returns {Promise<string>} A note.
   */
  async function settleOpen(top) {
    const mine = era;
    const known = opening.now.apply(top);
    if (known || !options.ask) {
      afterOpening();
      return "";
    }
    box.setAttribute("aria-busy", "true");
    try {
      const reply = await ask({ type: "shape", at: top.at(), ...opening.now.whole() });
      if (!alive || mine !== era) return "";
      const [shape] = reply.buffers ?? [];
      if (shape) readShape(top, new Uint8Array(shape.buffer, shape.byteOffset, shape.byteLength));
      return reply.note ?? "";
    } finally {
      if (mine === era) {
        box.removeAttribute("aria-busy");
        afterOpening();
      }
    }
  }

  function afterOpening() {
    if (!alive) return;
    for (let line = active; line; line = line.branch.head) {
      if (indexOf(line) < 0) continue;
      setActive(line);
      break;
    }
    draw();
  }

  /** @param {Line} line Whose siblings are to be open, with itself. */
  function openSiblings(line) {
    const { branch } = line;
    const { head } = branch;
    if (head && !head.row) return;
    opening.now.openAll(head?.row?.id ?? "");
    settleOpen(branch).then((note) => note && options.say?.(note), fail);
    tellOpened();
  }

  /** @param {unknown} reason */
  function fail(reason) {
    options.say?.(reason instanceof Error ? reason.message : String(reason));
  }

  // What a person does.

  /** @param {Event} event */
  function lineFrom(event) {
    const item = event.target instanceof Element ? event.target.closest("[role=treeitem]") : null;
    return item instanceof HTMLElement ? lineOf.get(item) : undefined;
  }

  /** Whether an event is for a control in a row. @param {Event} event */
  const inControl = (event) => event.target instanceof Element && event.target.closest("button, input, textarea, a, [data-own-keys]") !== null;

  /** @param {MouseEvent} event */
  function onClick(event) {
    const line = lineFrom(event);
    if (!line || inControl(event)) return;
    setActive(line);
    items.get(line.key)?.focus({ preventScroll: true });
    // Dragging over a value selects its text; that is no wish to open it.
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && selection.anchorNode && box.contains(selection.anchorNode)) return;
    setOpen(line, !line.open);
  }

  /** @param {FocusEvent} event */
  function onFocus(event) {
    const line = lineFrom(event);
    if (line) setActive(line);
  }

  const onKeyDown = treeKeys({
    active: () => active,
    root: () => root,
    page: () => Math.max(1, Math.floor(viewHeight() / height) - 1),
    moveTo,
    setOpen,
    openSiblings,
    act: (line) => line.row && leafAct(line.row, context(line, line.row)),
    ask: options.ask ? (content) => ask({ ...content, ...opening.now.whole() }) : undefined,
    lineNear,
    fail,
    inControl,
    first: (event) => active !== null && keyHandlers.some((handler) => handler(event, { at: active?.at ?? [], row: active?.row })),
  });

  box.addEventListener("keydown", onKeyDown);
  box.addEventListener("focusin", onFocus);
  box.addEventListener("click", onClick);
  box.addEventListener("scroll", onScroll, { passive: true });
  let width = 0;
  const observer = new ResizeObserver(() => {
    // Another width breaks other texts: what was measured does not hold.
    if (box.clientWidth !== width && width > 0) restart(height);
    width = box.clientWidth;
    draw();
  });
  observer.observe(box);
  observer.observe(probe);

  /**
   * @param {Row[]} rows
   * @param {number} count
   * @param {Place} wanted
   */
  function take(rows, count, wanted) {
    era += 1;
    fetching.reset();
    root = new Branch(null, 0, Math.max(count, rows.length));
    active = null;
    total = Math.max(1, rows.reduce((sum, row) => sum + row.size, 0));
    root.fill(0, rows, holds);
    const mine = era;
    goTo(wanted);
    settleOpen(root).then(
      () => mine === era && goTo(wanted),
      () => {}, // the rows open as they come
    );
  }
  take(firstRows, options.count ?? firstRows.length, options.place ?? {});

  return {
    element: box,
    update(rows, count) {
      kept.clear();
      take(rows, count ?? rows.length, placeNow());
    },
    setOpened(opened) {
      const saved = JSON.stringify(opened);
      if (saved === told || saved === JSON.stringify(opening.now.saved())) return;
      opening.now = new Opening(opened);
      settleOpen(root).catch(fail);
    },
    toDepth(depth) {
      opening.now = new Opening({ depth, expanded: [], collapsed: [] });
      tellOpened();
      return settleOpen(root);
    },
    async reveal(at, { focus = false } = {}) {
      const missing = [];
      for (let level = 1; level < at.length; level += 1) {
        if (!branchAt(at.slice(0, level - 1))?.rows[at[level - 1]]) missing.push({ at: at.slice(0, level - 1), start: at[level - 1], stop: at[level - 1] + 1 });
      }
      const mine = era;
      const reply = missing.length > 0 ? await ask({ type: "rows", ranges: missing }) : { ranges: [] };
      if (!alive || mine !== era) return false;
      /** @type {Map<string, Row[]>} */
      const fetched = new Map(reply.ranges.map((/** @type {import("./fetching.js").Range} */ range) => [range.at.join(), range.rows]));
      let branch = root;
      let opened = false;
      for (let level = 0; level + 1 < at.length; level += 1) {
        const rows = fetched.get(at.slice(0, level).join());
        if (rows) branch.fill(at[level], rows, holds);
        const line = new Line(branch, at[level]);
        if (!line.row?.count) return false;
        if (!line.open) {
          opening.now.set(line.row, branch.head?.row?.id ?? "", line.level, true);
          branch.branch(line.place, line.row.count).turn(true);
          opened = true;
        }
        branch = branch.branch(line.place, line.row.count);
      }
      const last = at[at.length - 1];
      if (last === undefined || last >= branch.count) return false;
      if (opened) tellOpened();
      moveTo(new Line(branch, last), { focus });
      return true;
    },
    active: activeNow,
    onActive: (listener) => activeListeners.push(listener),
    visible: () => drawn.map(({ line }) => ({ at: line.at, row: line.row })),
    decorate: (decorate) => decorations.push(decorate),
    kept: () => kept,
    onDraw: (listener) => drawListeners.push(listener),
    redraw: () => draw(),
    setView(wanted) {
      view = wanted;
      draw();
    },
    addKeys: (handler) => keyHandlers.push(handler),
    focus: () => moveTo(active),
    destroy() {
      alive = false;
      era += 1;
      window.clearTimeout(placeTimer);
      window.clearTimeout(syncTimer);
      fetching.reset();
      observer.disconnect();
      box.remove();
    },
  };
}
