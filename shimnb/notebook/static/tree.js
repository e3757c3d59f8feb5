import { detailsTool } from "./details.js";
import { togglesTool } from "./toggles.js";
import { changesTool } from "./diff.js";
import { findTool } from "./find.js";
import { takeTool } from "./take.js";
import { depthTool, treeWidget } from "./treewidget.js";

/** @typedef {import("./treewidget.js").Tool} Tool */

/** The tools beside the title, one a line. @type {Tool[]} */
const TOOLS = [
  findTool,
  depthTool,
  changesTool,
  togglesTool,
  detailsTool,
  takeTool,
];

/** @param {{ model: import("./treewidget.js").Model, el: HTMLElement }} context */
function render(context) {
  return treeWidget(context, TOOLS);
}

export default { render };
