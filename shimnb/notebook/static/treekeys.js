// The keys of an ARIA treeview, over lines of which some may not be here yet.

import { indexOf, Line, lineAt, lineCount, next } from "./lines.js";

const TYPED_APART = 700; // ms between letters after which a text begins anew
const LOOKED_AT = 5000; // lines that are gone through here before the kernel is asked

/**
 * @param {object} tree
 * @param {() => Line | null} tree.active
 * @param {() => import("./lines.js").Branch} tree.root
 * @param {() => number} tree.page How many lines a page has.
 * @param {(line: Line | null) => void} tree.moveTo
 * @param {(line: Line, open: boolean) => void} tree.setOpen
 * @param {(line: Line) => void} tree.openSiblings
 * @param {(line: Line) => void} tree.act What Enter does on a row without children.
 * @param {import("./treeview.js").Ask | undefined} tree.ask
 * @param {(at: number[]) => Line | null} tree.lineNear
 * @param {(reason: unknown) => void} tree.fail
 * @param {(event: Event) => boolean} tree.inControl
 * @param {(event: KeyboardEvent) => boolean} tree.first Whether somebody else takes the key.
 * @returns {(event: KeyboardEvent) => void}
 */
export function treeKeys(tree) {
  let typed = "";
  let typedAt = 0;

  /** @param {Line} line */
  const isBranch = (line) => (line.row?.count ?? 0) > 0 || line.kid !== undefined;

  /** @param {Line} line @param {number} by */
  function step(line, by) {
    const index = indexOf(line) + by;
    tree.moveTo(lineAt(tree.root(), Math.max(0, Math.min(index, lineCount(tree.root()) - 1))));
  }

  /** @param {Line} line */
  function right(line) {
    if (!isBranch(line)) return;
    if (!line.open) tree.setOpen(line, true);
    else tree.moveTo(next(line));
  }

  /** @param {Line} line */
  function left(line) {
    if (line.open) tree.setOpen(line, false);
    else tree.moveTo(line.branch.head);
  }

  /** @param {Line} line */
  function enter(line) {
    if (isBranch(line)) tree.setOpen(line, !line.open);
    else tree.act(line);
  }

  /** @param {Line} line @param {string} letter */
  function typeAhead(line, letter) {
    const now = Date.now();
    typed = now - typedAt > TYPED_APART ? letter : typed + letter;
    typedAt = now;
    // One letter again and again goes from hit to hit; a longer text may stay where it is.
    const wanted = ([...typed].every((other) => other === letter) ? letter : typed).toLowerCase();
    const skip = wanted.length === 1 ? 1 : 0;
    /** @type {Line | null} */
    let at = skip ? (next(line) ?? lineAt(tree.root(), 0)) : line;
    for (let count = Math.min(LOOKED_AT, lineCount(tree.root())); at && count > 0; count -= 1) {
      if (!at.row) break;
      if (at.row.key.toLowerCase().startsWith(wanted)) return tree.moveTo(at);
      at = next(at) ?? lineAt(tree.root(), 0);
      if (count === 1 && lineCount(tree.root()) <= LOOKED_AT) return;
    }
    tree.ask?.({ type: "typed", text: wanted, at: line.at, skip }).then((reply) => {
      if (reply.at) tree.moveTo(tree.lineNear(reply.at));
    }, tree.fail);
  }

  return (event) => {
    const line = tree.active();
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    if (tree.inControl(event)) return;
    if (tree.first(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const { key } = event;
    if (key === "ArrowDown") step(line, 1);
    else if (key === "ArrowUp") step(line, -1);
    else if (key === "PageDown") step(line, tree.page());
    else if (key === "PageUp") step(line, -tree.page());
    else if (key === "ArrowRight") right(line);
    else if (key === "ArrowLeft") left(line);
    else if (key === "Home") tree.moveTo(lineAt(tree.root(), 0));
    else if (key === "End") tree.moveTo(lineAt(tree.root(), lineCount(tree.root()) - 1));
    else if ((key === "Enter" && !event.shiftKey) || key === " ") enter(line);
    else if (key === "*") tree.openSiblings(line);
    else if (key.length === 1) typeAhead(line, key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
