// An ARIA treeview drawn from the rows of nodes.py. Flat: one element a visible row, its place told by aria-level,
// aria-posinset and aria-setsize. Text goes in through textContent alone.

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
 * @property {number} [count]
 * @property {Row[]} [children]
 */

/**
 * @typedef {object} TreeOptions
 * @property {string} label The tree's accessible name.
 * @property {Iterable<string>} [expanded] Ids of the rows that are open.
 * @property {(ids: string[]) => void} [onExpanded] Called when rows were opened or closed.
 * @property {(id: string, start: number) => Promise<Row[]>} [children] Fetches the children that were not sent.
 * @property {boolean} [sizes] Show the sizes at the right; yes, unless false.
 */

/**
 * @typedef {object} TreeHandle
 * @property {(rows: Row[], expanded?: Iterable<string>) => void} update Shows other rows; what is open, and the focus, stay.
 * @property {(ids: Iterable<string>) => void} expand Opens these rows and no others; `onExpanded` is not called.
 * @property {() => void} destroy Takes the tree out of its host.
 */

/**
 * What is drawn: a row, or the line that stands for the children that are not there.
 * @typedef {object} Line
 * @property {string} id
 * @property {Row} row
 * @property {Line | null} parent
 * @property {number} level
 * @property {number} place
 * @property {number} of
 * @property {number} rest Children that are not there yet, if this line stands for them.
 */

const MORE = "/~more"; // no key makes this part: a tilde of its own is written as ~0

/** @param {number} size */
export function sizeWords(size) {
  if (size < 1024) return `${size} B`;
  const kilobytes = size / 1024;
  return kilobytes < 1000 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string} [text]
 */
export function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/**
 * Draws a tree into a host element.
 * @param {HTMLElement} host
 * @param {Row[]} firstRows
 * @param {TreeOptions} options
 * @returns {TreeHandle}
 */
export function treeView(host, firstRows, options) {
  const sizes = options.sizes !== false;
  const root = element("div", sizes ? "sn-tree" : "sn-tree sn-tree-plain");
  root.setAttribute("role", "tree");
  root.setAttribute("aria-label", options.label);
  root.dataset.lmSuppressShortcuts = "true";
  host.append(root);

  let rows = firstRows;
  let total = 1;
  /** @type {Set<string>} */
  let open = new Set(options.expanded ?? []);
  /** @type {Line[]} */
  let lines = [];
  /** @type {Map<string, HTMLElement>} */
  const drawn = new Map();
  /** @type {Set<string>} */
  const waiting = new Set();
  /** @type {Map<string, string>} */
  const failed = new Map();
  let active = "";
  let typed = "";
  let typedAt = 0;
  let alive = true;

  /** @param {Row} row */
  const isOpen = (row) => (row.count ?? 0) > 0 && open.has(row.id);

  function flatten() {
    lines = [];
    /** @type {(list: Row[], count: number, parent: Line | null, level: number) => void} */
    const walk = (list, count, parent, level) => {
      const rest = count - list.length;
      const of = rest > 0 ? list.length + 1 : list.length;
      list.forEach((row, index) => {
        const line = { id: row.id, row, parent, level, place: index + 1, of: rest > 0 ? count : of, rest: 0 };
        lines.push(line);
        if (isOpen(row)) walk(row.children ?? [], row.count ?? 0, line, level + 1);
      });
      if (rest > 0 && parent !== null) {
        const id = parent.row.id + MORE;
        lines.push({ id, row: parent.row, parent, level, place: list.length + 1, of: count, rest });
      }
    };
    walk(rows, rows.length, null, 1);
  }

  /** Ask for the children of open rows that came without any. */
  function fetchMissing() {
    for (const line of lines) {
      if (line.rest > 0 && (line.row.children ?? []).length === 0) fetchMore(line.row);
    }
  }

  /** @param {Row} row */
  function fetchMore(row) {
    if (!options.children || waiting.has(row.id) || failed.has(row.id)) return;
    const had = row.children ?? [];
    waiting.add(row.id);
    options.children(row.id, had.length).then(
      (more) => {
        waiting.delete(row.id);
        if (!alive || (row.children ?? []).length !== had.length) return;
        if (more.length === 0) failed.set(row.id, "These rows are not there any more.");
        const onMore = active === row.id + MORE;
        row.children = [...had, ...more];
        if (onMore && more.length > 0) active = more[0].id;
        draw(onMore);
      },
      (/** @type {unknown} */ reason) => {
        waiting.delete(row.id);
        failed.set(row.id, reason instanceof Error ? reason.message : String(reason));
        if (alive) draw(false);
      },
    );
  }

  function draw(moveFocus = false) {
    flatten();
    fetchMissing();
    const hadFocus = root.contains(document.activeElement);
    if (!lines.some((line) => line.id === active)) active = nearest(active);
    const kept = new Set(lines.map((line) => line.id));
    for (const [id, item] of drawn) {
      if (kept.has(id)) continue;
      item.remove();
      drawn.delete(id);
    }
    /** @type {ChildNode | null} */
    let cursor = root.firstChild;
    for (const line of lines) {
      let item = drawn.get(line.id);
      if (!item) {
        item = element("div", "sn-row");
        drawn.set(line.id, item);
      }
      fill(item, line);
      if (item === cursor) cursor = cursor.nextSibling;
      else root.insertBefore(item, cursor);
    }
    if ((hadFocus || moveFocus) && document.activeElement !== drawn.get(active)) drawn.get(active)?.focus({ preventScroll: !moveFocus });
  }

  /** @param {string} id A row that is gone. */
  function nearest(id) {
    for (let cut = id; cut; cut = cut.slice(0, Math.max(0, cut.lastIndexOf("/")))) {
      if (lines.some((line) => line.id === cut)) return cut;
    }
    return lines[0]?.id ?? "";
  }

  /**
   * @param {HTMLElement} item
   * @param {Line} line
   */
  function fill(item, line) {
    const { row } = line;
    const branch = line.rest === 0 && (row.count ?? 0) > 0;
    item.dataset.id = line.id;
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", String(line.level));
    item.setAttribute("aria-posinset", String(line.place));
    item.setAttribute("aria-setsize", String(line.of));
    item.tabIndex = line.id === active ? 0 : -1;
    item.style.setProperty("--sn-level", String(line.level - 1));
    item.classList.toggle("sn-branch", branch);
    item.classList.toggle("sn-more", line.rest > 0);
    if (branch) item.setAttribute("aria-expanded", String(isOpen(row)));
    else item.removeAttribute("aria-expanded");
    // A row of the same text is left as it is, so that a selection in it stays.
    const state = line.rest > 0 ? `${line.rest} ${waiting.has(row.id)} ${failed.get(row.id) ?? ""}` : JSON.stringify([row.key, row.value, row.type, row.size, row.badge, row.kind, branch, total]);
    if (item.dataset.state === state) return;
    item.dataset.state = state;
    item.replaceChildren(...(line.rest > 0 ? moreCells(line) : cells(row, branch)));
  }

  /** @param {Line} line */
  function moreCells(line) {
    const why = failed.get(line.row.id);
    if (why !== undefined) return [element("span", "sn-note", `${why} Press Enter to try again.`)];
    const left = line.rest.toLocaleString("en");
    return [element("span", "sn-note", waiting.has(line.row.id) ? "Fetching rows…" : `Show more (${left} left)`)];
  }

  /**
   * @param {Row} row
   * @param {boolean} branch
   */
  function cells(row, branch) {
    const key = element("span", "sn-key");
    const twisty = element("span", branch ? "sn-twisty" : "sn-twisty sn-leaf");
    twisty.setAttribute("aria-hidden", "true");
    key.append(twisty, element("span", "sn-name", row.key));
    const value = element("span", "sn-cell");
    if (row.value) value.append(element("span", `sn-value sn-${row.kind}`, row.value), " ");
    if (row.type) value.append(element("span", "sn-type", row.type), " ");
    if (row.badge) value.append(element("span", "sn-badge", row.badge));
    if (!sizes) return [key, value];
    const bar = element("span", "sn-bar");
    bar.setAttribute("aria-hidden", "true");
    const fillBar = element("span", "sn-fill");
    fillBar.style.inlineSize = `${Math.min(100, (100 * row.size) / total)}%`;
    bar.append(fillBar);
    return [key, value, element("span", "sn-size", row.size > 0 ? sizeWords(row.size) : ""), bar];
  }

  /** @param {string} id */
  function moveTo(id) {
    const item = drawn.get(id);
    item?.focus({ preventScroll: true });
    item?.scrollIntoView({ block: "nearest" });
  }

  function tell() {
    options.onExpanded?.([...open]);
  }

  /**
   * @param {Row[]} some
   * @param {boolean} opened
   */
  function setOpen(some, opened) {
    for (const row of some) {
      if (opened && (row.count ?? 0) > 0) open.add(row.id);
      else open.delete(row.id);
    }
    draw();
    tell();
  }

  /** @param {Line} line */
  function toggle(line) {
    if (line.rest > 0) {
      failed.delete(line.row.id);
      active = line.id;
      fetchMore(line.row);
      draw();
    } else if ((line.row.count ?? 0) > 0) {
      setOpen([line.row], !open.has(line.row.id));
    }
  }

  /**
   * @param {Line} line
   * @param {number} index
   */
  function right(line, index) {
    if (line.rest > 0 || !(line.row.count ?? 0)) return;
    if (!isOpen(line.row)) setOpen([line.row], true);
    else if (index + 1 < lines.length) moveTo(lines[index + 1].id);
  }

  /** @param {Line} line */
  function left(line) {
    if (line.rest === 0 && isOpen(line.row)) setOpen([line.row], false);
    else if (line.parent) moveTo(line.parent.id);
  }

  /**
   * @param {string} letter
   * @param {number} index
   */
  function typeAhead(letter, index) {
    const now = Date.now();
    typed = now - typedAt > 700 ? letter : typed + letter;
    typedAt = now;
    // One letter again and again goes from hit to hit; a longer text may stay where it is.
    const wanted = ([...typed].every((other) => other === letter) ? letter : typed).toLowerCase();
    const from = wanted.length === 1 ? index + 1 : index;
    for (let step = 0; step < lines.length; step += 1) {
      const line = lines[(from + step) % lines.length];
      if (line.rest === 0 && line.row.key.toLowerCase().startsWith(wanted)) return moveTo(line.id);
    }
  }

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = lines.findIndex((line) => line.id === active);
    const line = lines[index];
    if (!line) return;
    const { key } = event;
    if (key === "ArrowDown") moveTo(lines[Math.min(index + 1, lines.length - 1)].id);
    else if (key === "ArrowUp") moveTo(lines[Math.max(index - 1, 0)].id);
    else if (key === "ArrowRight") right(line, index);
    else if (key === "ArrowLeft") left(line);
    else if (key === "Home") moveTo(lines[0].id);
    else if (key === "End") moveTo(lines[lines.length - 1].id);
    else if (key === "Enter" || key === " ") toggle(line);
    else if (key === "*") setOpen(lines.filter((other) => other.parent === line.parent && other.rest === 0 && !isOpen(other.row)).map((other) => other.row), true);
    else if (key.length === 1) typeAhead(key, index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Event} event */
  function lineOf(event) {
    const item = event.target instanceof Element ? event.target.closest("[role=treeitem]") : null;
    return lines.find((line) => item !== null && drawn.get(line.id) === item);
  }

  /** @param {MouseEvent} event */
  function onClick(event) {
    const line = lineOf(event);
    if (!line) return;
    moveTo(line.id);
    // Dragging over a value selects its text; that is no wish to open it.
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && selection.anchorNode && root.contains(selection.anchorNode)) return;
    toggle(line);
  }

  /** @param {FocusEvent} event */
  function onFocus(event) {
    const line = lineOf(event);
    if (!line || line.id === active) return;
    const before = drawn.get(active);
    if (before) before.tabIndex = -1;
    active = line.id;
    const item = drawn.get(active);
    if (item) item.tabIndex = 0;
  }

  root.addEventListener("keydown", onKeyDown);
  root.addEventListener("focusin", onFocus);
  root.addEventListener("click", onClick);

  /** @param {Row[]} fresh */
  function take(fresh) {
    rows = fresh;
    total = Math.max(1, rows.reduce((sum, row) => sum + row.size, 0));
    failed.clear();
    draw();
  }
  take(firstRows);

  return {
    update(fresh, expanded) {
      if (expanded) open = new Set(expanded);
      take(fresh);
    },
    expand(ids) {
      const wanted = new Set(ids);
      if (wanted.size === open.size && [...wanted].every((id) => open.has(id))) return;
      open = wanted;
      draw();
    },
    destroy() {
      alive = false;
      root.remove();
    },
  };
}
