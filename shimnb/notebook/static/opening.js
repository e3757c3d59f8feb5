// What stands open: a depth and the rows that are otherwise, so that it stays small however many rows are open.

import { Branch } from "./lines.js";

/** @typedef {{ depth: number, expanded: string[], collapsed: string[] }} Opened As `Opened` of model.py describes it. */

const EVERY = "/~all"; // behind an id: all children of that row
const SAVED = 12_000; // characters of ids that are kept with the widget

/** @param {string} id */
const parentOf = (id) => id.slice(0, Math.max(0, id.lastIndexOf("/")));

/** The rule, and its exceptions. */
export class Opening {
  /** @param {Opened} opened */
  constructor({ depth, expanded, collapsed }) {
    this.depth = depth;
    this.expanded = new Set(expanded);
    this.collapsed = new Set(collapsed);
  }

  /**
   * @param {import("./treeview.js").Row} row
   * @param {string} parentId
   * @param {number} level
   */
  holds(row, parentId, level) {
    if (this.collapsed.has(row.id)) return false;
    return this.ruled(parentId, level) || this.expanded.has(row.id);
  }

  /**
   * @param {string} parentId
   * @param {number} level
   */
  ruled(parentId, level) {
    return this.depth === 0 || level < this.depth || this.expanded.has(parentId + EVERY);
  }

  /**
   * @param {import("./treeview.js").Row} row
   * @param {string} parentId
   * @param {number} level
   * @param {boolean} open
   */
  set(row, parentId, level, open) {
    this.expanded.delete(row.id);
    this.collapsed.delete(row.id);
    if (open === this.ruled(parentId, level)) return;
    (open ? this.expanded : this.collapsed).add(row.id);
  }

  /** Open all children of a row. @param {string} parentId */
  openAll(parentId) {
    this.expanded.add(parentId + EVERY);
    for (const id of [...this.collapsed, ...this.expanded]) {
      if (parentOf(id) !== parentId || id === parentId + EVERY) continue;
      this.collapsed.delete(id);
      this.expanded.delete(id);
    }
  }

  /** @returns {Opened} What is kept with the widget: of very many exceptions, the newest. */
  saved() {
    return { depth: this.depth, expanded: newest(this.expanded), collapsed: newest(this.collapsed) };
  }

  /** @returns {Opened} */
  whole() {
    return { depth: this.depth, expanded: [...this.expanded], collapsed: [...this.collapsed] };
  }

  /**
   * Open and close the branches whose rows are there, as the rule has it. Tells whether all that stands open is known;
   * if not, the kernel has to say what does.
   * @param {Branch} top
   */
  apply(top) {
    let whole = true;
    const wanted = new Set([...this.expanded].filter((id) => !id.endsWith(EVERY)));
    const ways = [top];
    for (let branch = ways.pop(); branch; branch = ways.pop()) {
      const parentId = branch.head?.row?.id ?? "";
      const level = branch.level + 1;
      if (branch.have < branch.count && this.ruled(parentId, level)) whole = false;
      for (const [place, kid] of branch.kids) if (!(place in branch.rows)) kid.turn(false);
      if (branch.have === 0) continue;
      branch.rows.forEach((row, place) => {
        const { count = 0 } = row;
        if (count === 0) return;
        wanted.delete(row.id);
        const open = this.holds(row, parentId, level);
        if (open) branch.branch(place, count).turn(true);
        else branch.kids.get(place)?.turn(false);
        const kid = branch.kids.get(place);
        if (kid) ways.push(kid);
      });
    }
    return whole && wanted.size === 0;
  }
}

/** @param {Set<string>} ids */
function newest(ids) {
  let room = SAVED;
  const kept = [];
  for (const id of [...ids].reverse()) {
    room -= id.length + 4;
    if (room < 0) break;
    kept.push(id);
  }
  return kept.reverse();
}
