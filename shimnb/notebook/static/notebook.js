// What a widget can do to the notebook that it stands in: select a line of a cell, put a new cell below. No front end
// offers this to a widget, so it is looked for, and where it is not there, words say what to do by hand.

/** @typedef {{ cell: string, line: number, source: string, text: string }} CellPlace */

/**
 * Find the editor of a cell, CodeMirror's own object, by its element.
 * @param {Element} cell
 */
function editorOf(cell) {
  /** @type {any} */
  const content = cell.querySelector(".cm-content");
  // What CodeMirror keeps on its element: `cmTile` since its view 6.39, `cmView` before.
  return content?.cmTile?.root?.view ?? content?.cmTile?.view ?? content?.cmView?.rootView?.view ?? content?.cmView?.view ?? null;
}

/**
 * Tell whether a text is the cell of a task.
 * @param {string} text
 * @param {string} name
 */
function isCellOf(text, name) {
  return text.split("\n").some((line) => line.startsWith("%%shimtask") && line.split(/\s+/).includes(name));
}

/**
 * Select the line of a cell that a run failed at.
 * @param {HTMLElement} inside An element of the widget.
 * @param {CellPlace} place
 * @returns {string} What could not be done, in words; empty when it was.
 */
export function selectLine(inside, place) {
  const notebook = inside.closest(".jp-Notebook");
  const cells = [...(notebook?.querySelectorAll(".jp-CodeCell") ?? [])];
  const own = inside.closest(".jp-CodeCell");
  // The cell that the widget stands in comes first: a notebook may have a copy of it.
  if (own) cells.unshift(own);
  for (const cell of cells) {
    const editor = editorOf(cell);
    if (!editor || !isCellOf(editor.state.doc.toString(), place.cell)) continue;
    const line = lineOf(editor.state.doc, place);
    if (!line) return `The cell has changed since: it was ${place.text}.`;
    editor.focus();
    editor.dispatch({ selection: { anchor: line.from, head: line.to }, scrollIntoView: true });
    cell.scrollIntoView({ block: "nearest" });
    return "";
  }
  return `Look at ${place.text}, ${place.cell}: this front end does not let a widget select it.`;
}

/**
 * Find the line by its number, and by its text where lines were put in or taken out since.
 * @param {any} doc
 * @param {CellPlace} place
 */
function lineOf(doc, place) {
  let found = null;
  for (let number = 1; number <= doc.lines; number += 1) {
    const line = doc.line(number);
    if (place.source && line.text.trim() !== place.source) continue;
    if (!found || Math.abs(number - place.line) < Math.abs(found.number - place.line)) found = line;
  }
  return found;
}

/**
 * Put a new code cell below the one that the widget stands in.
 * @param {any} model The widget's model.
 * @param {HTMLElement} inside
 * @param {string} source
 * @returns {boolean} Whether this front end let it.
 */
export function insertCell(model, inside, source) {
  const notebook = model.widget_manager?.context?.model?.sharedModel;
  if (typeof notebook?.insertCell !== "function") return false;
  const cell = inside.closest(".jp-Cell");
  const shown = Number(cell?.getAttribute("data-windowed-list-index") ?? Number.NaN);
  const index = Number.isInteger(shown) ? shown + 1 : notebook.cells.length;
  notebook.insertCell(index, { cell_type: "code", source });
  return true;
}
