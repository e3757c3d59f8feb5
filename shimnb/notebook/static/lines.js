// The lines of a tree that are open, counted and never listed: a million of them cost what is open and what is looked at.
//
// A branch knows how many children it has, the rows of those that were fetched, and the branches among them that are
// open. From these it sums up how many lines and how many pixels stand above each, so that the line at a place, the place
// of a line and the line at a height are found by halving.

/** @typedef {import("./treeview.js").Row} Row */

/** A line: a child of a branch, whether its row was fetched or not. */
export class Line {
  /**
   * @param {Branch} branch
   * @param {number} place
   */
  constructor(branch, place) {
    this.branch = branch;
    this.place = place;
  }

  /** @returns {Row | undefined} */
  get row() {
    return this.branch.rows[this.place];
  }

  get level() {
    return this.branch.level + 1;
  }

  /** The branch that this line heads, if it was ever needed. */
  get kid() {
    return this.branch.kids.get(this.place);
  }

  get open() {
    return this.kid?.open ?? false;
  }

  /** The numbers from the root down, by which the kernel knows it. */
  get at() {
    return [...this.branch.at(), this.place];
  }

  get key() {
    return `${this.branch.serial}.${this.place}`;
  }

  /** @param {Line | null} other */
  same(other) {
    return other !== null && other.branch === this.branch && other.place === this.place;
  }
}

let serials = 0;

/** @param {Branch | null} parent */
const levelBelow = (parent) => (parent ? parent.level + 1 : 0);

/** A node with children. */
export class Branch {
  /**
   * @param {Branch | null} parent
   * @param {number} place Its number among the parent's children.
   * @param {number} count
   */
  constructor(parent, place, count) {
    serials += 1;
    this.serial = serials;
    this.parent = parent;
    this.place = place;
    this.count = count;
    /** @type {number} */
    this.level = levelBelow(parent);
    this.open = parent === null;
    /** @type {Row[]} Sparse: what was not fetched is a hole. */
    this.rows = [];
    /** How many of them there are. */
    this.have = 0;
    /** @type {Map<number, Branch>} */
    this.kids = new Map();
    /** @type {Map<number, number>} By how many pixels rows are taller than one line. */
    this.tall = new Map();
    /** @type {{ places: number[], lines: number[], pixels: number[] } | null} */
    this.sums = null;
    this.lines = count;
    this.extra = 0;
  }

  /** @returns {number[]} */
  at() {
    const found = [];
    for (let branch = /** @type {Branch} */ (this); branch.parent; branch = branch.parent) found.push(branch.place);
    return found.reverse();
  }

  /** The line that heads it. */
  get head() {
    return this.parent ? new Line(this.parent, this.place) : null;
  }

  /**
   * The branch of a child, made when it is first needed.
   * @param {number} place
   * @param {number} count
   */
  branch(place, count) {
    let kid = this.kids.get(place);
    if (!kid) {
      kid = new Branch(this, place, count);
      this.kids.set(place, kid);
    }
    return kid;
  }

  /** Have the sums of this branch and of those above it made again. Where they are missing, so they are above it. */
  changed() {
    for (let branch = /** @type {Branch | null} */ (this); branch && branch.sums !== null; branch = branch.parent) branch.sums = null;
  }

  /** @param {boolean} open */
  turn(open) {
    if (this.open === open) return;
    this.open = open;
    this.parent?.changed();
  }

  /**
   * Put rows in, with those that are nested in them.
   * @param {number} start
   * @param {Row[]} rows
   * @param {(row: Row, parentId: string, level: number) => boolean} holds Whether a row stands open.
   */
  fill(start, rows, holds) {
    /** @type {{ branch: Branch, start: number, rows: Row[] }[]} */
    const ways = [{ branch: this, start, rows }];
    for (let way = ways.pop(); way; way = ways.pop()) {
      const { branch } = way;
      const parentId = branch.head?.row?.id ?? "";
      way.rows.forEach((row, index) => {
        const place = way.start + index;
        if (place >= branch.count) return;
        if (!(place in branch.rows)) branch.have += 1;
        branch.rows[place] = row;
        const { count = 0 } = row;
        const known = branch.kids.get(place);
        if (count === 0 || (known && known.count !== count)) {
          if (known) known.turn(false);
          branch.kids.delete(place);
        }
        if (count === 0) return;
        const opens = !known && holds(row, parentId, branch.level + 1);
        if (!opens && !row.children?.length) return;
        const kid = branch.branch(place, count);
        if (opens) kid.turn(true);
        if (row.children?.length) ways.push({ branch: kid, start: 0, rows: row.children });
      });
    }
  }

  /** Drop rows that can be fetched again. @param {number} start @param {number} stop */
  drop(start, stop) {
    for (let place = start; place < stop; place += 1) {
      if (!(place in this.rows)) continue;
      delete this.rows[place];
      this.have -= 1;
    }
  }

  /**
   * What stands above each child that is open or taller than a line. `lines` and `pixels` (those beyond one line's
   * height a line) have one entry more: all of them.
   */
  summed() {
    if (this.sums === null) settle(this);
    return /** @type {NonNullable<Branch["sums"]>} */ (this.sums);
  }

  /** How many children that are open or tall come before a place. @param {number} place */
  before(place) {
    const { places } = this.summed();
    return lower(places.length, (index) => places[index] < place);
  }
}

/**
 * The first index for which a rising condition is false.
 * @param {number} count
 * @param {(index: number) => boolean} holds
 */
export function lower(count, holds) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sum a branch up, those below it first; without recursion, for there may be thousands of levels. @param {Branch} root */
function settle(root) {
  const ways = [root];
  /** @type {Branch[]} */
  const order = [];
  for (let branch = ways.pop(); branch; branch = ways.pop()) {
    order.push(branch);
    for (const kid of branch.kids.values()) if (kid.open && kid.sums === null) ways.push(kid);
  }
  for (const branch of order.reverse()) {
    const places = [...branch.tall.keys()];
    for (const [place, kid] of branch.kids) if (kid.open && !branch.tall.has(place)) places.push(place);
    places.sort((one, other) => one - other);
    const lines = [0];
    const pixels = [0];
    for (const place of places) {
      const kid = branch.kids.get(place);
      const inside = kid?.open ? kid : null;
      lines.push(lines[lines.length - 1] + (inside ? inside.lines : 0));
      pixels.push(pixels[pixels.length - 1] + (branch.tall.get(place) ?? 0) + (inside ? inside.extra : 0));
    }
    branch.sums = { places, lines, pixels };
    branch.lines = branch.count + lines[lines.length - 1];
    branch.extra = pixels[pixels.length - 1];
  }
}

/** How many lines there are. @param {Branch} root */
export function lineCount(root) {
  root.summed();
  return root.lines;
}

/** How high they are. @param {Branch} root @param {number} height One line's. */
export function heightOf(root, height) {
  root.summed();
  return root.lines * height + root.extra;
}

/**
 * The line at a place; null past the end.
 * @param {Branch} root
 * @param {number} index
 * @returns {Line | null}
 */
export function lineAt(root, index) {
  if (index < 0 || index >= lineCount(root)) return null;
  let branch = root;
  let left = index;
  for (;;) {
    const { places, lines } = branch.summed();
    const after = lower(places.length, (each) => places[each] + lines[each] <= left);
    if (after === 0) return new Line(branch, left);
    const place = places[after - 1];
    const inside = left - place - lines[after - 1] - 1;
    const kid = branch.kids.get(place);
    if (inside < 0) return new Line(branch, place);
    if (!kid?.open || inside >= kid.lines) return new Line(branch, left - lines[after]);
    branch = kid;
    left = inside;
  }
}

/**
 * The place of a line; -1 if a branch above it is closed.
 * @param {Line} line
 */
export function indexOf(line) {
  let index = 0;
  for (let at = /** @type {Line | null} */ (line); at; at = at.branch.head) {
    if (!at.branch.open) return -1;
    index += at.place + at.branch.summed().lines[at.branch.before(at.place)] + (at === line ? 0 : 1);
  }
  return index;
}

/**
 * The height at which a line begins.
 * @param {Line} line
 * @param {number} height One line's.
 */
export function topOf(line, height) {
  let top = 0;
  for (let at = /** @type {Line | null} */ (line); at; at = at.branch.head) {
    const sums = at.branch.summed();
    const before = at.branch.before(at.place);
    top += (at.place + sums.lines[before]) * height + sums.pixels[before];
    if (at !== line) top += height + (at.branch.tall.get(at.place) ?? 0);
  }
  return top;
}

/**
 * The line at a height: the last one that begins above it.
 * @param {Branch} root
 * @param {number} pixels
 * @param {number} height One line's.
 * @returns {Line | null}
 */
export function lineAtHeight(root, pixels, height) {
  if (lineCount(root) === 0) return null;
  let branch = root;
  let left = Math.max(0, Math.min(pixels, heightOf(root, height) - 1));
  for (;;) {
    const { places, lines, pixels: extra } = branch.summed();
    const after = lower(places.length, (each) => (places[each] + lines[each]) * height + extra[each] <= left);
    const place = places[after - 1];
    if (after === 0) return new Line(branch, Math.min(branch.count - 1, Math.floor(left / height)));
    const inside = left - ((place + lines[after - 1]) * height + extra[after - 1]) - height - (branch.tall.get(place) ?? 0);
    const kid = branch.kids.get(place);
    if (inside < 0) return new Line(branch, place);
    const below = kid?.open ? kid.lines * height + kid.extra : 0;
    if (!kid?.open || inside >= below) return new Line(branch, Math.min(branch.count - 1, place + 1 + Math.floor((inside - below) / height)));
    branch = kid;
    left = inside;
  }
}

/**
 * The line below another; null at the end.
 * @param {Line} line
 * @returns {Line | null}
 */
export function next(line) {
  const { kid } = line;
  if (kid?.open && kid.count > 0) return new Line(kid, 0);
  let at = line;
  while (at.place + 1 >= at.branch.count) {
    const { head } = at.branch;
    if (!head) return null;
    at = head;
  }
  return new Line(at.branch, at.place + 1);
}

/**
 * Read what stands open, as the kernel's `TreeModel.shape` writes it, into a branch.
 * @param {Branch} top
 * @param {Uint8Array} bytes
 */
export function readShape(top, bytes) {
  let offset = 0;
  const number = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[offset];
      offset += 1;
      value += (byte & 127) * shift;
      if (byte < 128 || byte === undefined) return value;
    }
  };
  if (bytes.length === 0) return;
  number();
  /** @type {{ branch: Branch, left: number, place: number }[]} */
  const ways = [{ branch: top, left: number(), place: -1 }];
  while (ways.length > 0) {
    const way = ways[ways.length - 1];
    if (way.left === 0) {
      ways.pop();
      continue;
    }
    way.left -= 1;
    way.place += number() + 1;
    const count = number();
    const kid = way.branch.branch(way.place, count);
    kid.open = true;
    kid.sums = null;
    ways.push({ branch: kid, left: number(), place: -1 });
  }
  top.changed();
  top.sums = null;
}
