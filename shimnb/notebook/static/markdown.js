// A small part of markdown, drawn with elements made here: headings, paragraphs, lists, quotes, code, tables, emphasis and
// links. HTML in it stays the text that it is, and so do images: nothing is loaded.
import { element } from "./dom.js";

const MOST_PIECES = 4000; // elements
/** How many elements may still be made for the text that is drawn. */
let roomLeft = 0;
// Every length is bounded, so that no text makes the search go on for ever.
const INLINE = /(`{1,3})([^`\n]{1,500})\1|\*\*([^*\n]{1,500})\*\*|(?<![\w*])[*_]([^*_\n]{1,500})[*_](?![\w*])|\[([^\]\n]{1,150})\]\(([^)\s]{1,1000})\)/g;
const LIST = /^(\s{0,8})([-*+]|\d{1,9}[.)])\s+(.*)$/;

/** @param {string} text */
export function drawMarkdown(text) {
  const root = element("div", "snf-markdown");
  const lines = text.split("\n");
  roomLeft = MOST_PIECES;
  let at = 0;
  while (at < lines.length && roomLeft > 0) {
    roomLeft -= 1;
    if (!lines[at].trim()) at += 1;
    else at = drawBlock(root, lines, at);
  }
  if (at < lines.length) root.append(element("p", "snf-note", "The rest is too long to be rendered."));
  return root;
}

/**
 * @param {HTMLElement} root
 * @param {string[]} lines
 * @param {number} at
 * @returns {number} The line after the block.
 */
function drawBlock(root, lines, at) {
  const line = lines[at];
  if (line.trimStart().startsWith("```")) {
    let end = at + 1;
    while (end < lines.length && !lines[end].trimStart().startsWith("```")) end += 1;
    const code = element("pre", "snf-text", lines.slice(at + 1, end).join("\n"));
    code.tabIndex = 0;
    code.setAttribute("role", "region");
    code.setAttribute("aria-label", "Code");
    root.append(code);
    return end + 1;
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    const made = element("div", `snf-heading snf-heading-${heading[1].length}`);
    // Below the notebook's own headings.
    made.setAttribute("role", "heading");
    made.setAttribute("aria-level", String(Math.min(heading[1].length + 2, 6)));
    drawInline(made, heading[2]);
    root.append(made);
    return at + 1;
  }
  if (/^\s*([-*_])(\s*\1){2,20}\s*$/.test(line)) {
    root.append(document.createElement("hr"));
    return at + 1;
  }
  if (LIST.test(line)) return drawList(root, lines, at);
  if (/^\s*>/.test(line)) return drawLines(root, "blockquote", lines, at, (each) => /^\s*>/.test(each), (each) => each.replace(/^\s*> ?/, ""));
  if (line.includes("|") && /^\s*\|?(\s*:?-+:?\s*\|){1,40}\s*(:?-+:?)?\s*$/.test((lines[at + 1] ?? "").slice(0, 1000))) return drawPipes(root, lines, at);
  return drawLines(root, "p", lines, at, (each) => each.trim() !== "" && !/^(#{1,6}\s|\s*```|\s*>)/.test(each) && !LIST.test(each), (each) => each);
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {string[]} lines
 * @param {number} at
 * @param {(line: string) => boolean} belongs
 * @param {(line: string) => string} take
 */
function drawLines(root, name, lines, at, belongs, take) {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end])) end += 1;
  const made = element(name, "");
  drawInline(made, lines.slice(at, end).map(take).join("\n"));
  root.append(made);
  return end;
}

/**
 * @param {HTMLElement} root
 * @param {string[]} lines
 * @param {number} at
 */
function drawList(root, lines, at) {
  /** @type {{ indent: number, list: HTMLElement }[]} */
  const open = [];
  let end = at;
  for (; end < lines.length && roomLeft > 0; end += 1) {
    roomLeft -= 1;
    const found = LIST.exec(lines[end]);
    if (!found) {
      if (!/^\s+\S/.test(lines[end])) break;
      const item = open.at(-1)?.list.lastElementChild;
      if (item instanceof HTMLElement) {
        item.append(" ");
        drawInline(item, lines[end].trim());
      }
      continue;
    }
    const indent = found[1].length;
    while (open.length > 1 && indent < open[open.length - 1].indent) open.pop();
    if (!open.length || indent > open[open.length - 1].indent + 1) {
      const list = element(/\d/.test(found[2]) ? "ol" : "ul", "");
      if (/\d/.test(found[2]) && parseInt(found[2], 10) > 1) list.setAttribute("start", String(parseInt(found[2], 10)));
      (open.at(-1)?.list.lastElementChild ?? root).append(list);
      open.push({ indent, list });
    }
    const item = element("li", "");
    drawInline(item, found[3]);
    open[open.length - 1].list.append(item);
  }
  return end;
}

/**
 * @param {HTMLElement} root
 * @param {string[]} lines
 * @param {number} at
 */
function drawPipes(root, lines, at) {
  /** @param {string} line */
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").slice(0, 40);
  const table = element("table", "snf-table");
  const head = element("tr", "");
  for (const text of cells(lines[at])) {
    const cell = element("th", "");
    cell.setAttribute("scope", "col");
    drawInline(cell, text.trim());
    head.append(cell);
  }
  table.append(head);
  let end = at + 2;
  for (; end < lines.length && lines[end].includes("|") && roomLeft > 0; end += 1) {
    const row = element("tr", "");
    for (const text of cells(lines[end])) {
      roomLeft -= 1;
      const cell = element("td", "");
      drawInline(cell, text.trim());
      row.append(cell);
    }
    table.append(row);
  }
  root.append(table);
  return end;
}

/**
 * @param {HTMLElement} into
 * @param {string} text
 */
function drawInline(into, text) {
  let done = 0;
  for (const found of text.matchAll(INLINE)) {
    if (roomLeft <= 0) break;
    roomLeft -= 1;
    into.append(text.slice(done, found.index));
    done = found.index + found[0].length;
    const [whole, , code, bold, slanted, title, target] = found;
    if (code !== undefined) into.append(element("code", "", code));
    else if (bold !== undefined) into.append(element("strong", "", bold));
    else if (slanted !== undefined) into.append(element("em", "", slanted));
    else into.append(makeAnchor(title, target) ?? whole);
  }
  into.append(text.slice(done));
}

/**
 * A link, if it leads to a page of the web.
 * @param {string} title
 * @param {string} target
 */
function makeAnchor(title, target) {
  if (!/^https?:\/\/[^\s]+$/i.test(target)) return null;
  const link = document.createElement("a");
  link.href = target;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = title;
  link.title = target;
  return link;
}
