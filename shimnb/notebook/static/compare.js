// Two runs side by side: what differs in their inputs, their outputs and their templates.
import { makeButton } from "./button.js";
import { element } from "./dom.js";
import { treeReply } from "./output.js";
import { treeView } from "./treeview.js";

/** @typedef {{ section: string, path: string, before: string, after: string }} Difference */

/**
 * @param {number} number The run's.
 * @param {() => number[]} numbers Those of the runs that are listed.
 * @param {(content: object) => Promise<any>} ask
 * @param {(text: string) => void} say
 */
export function makeCompare(number, numbers, ask, say) {
  const root = element("label", "snf-compare", "Compare with ");
  const choice = document.createElement("select");
  choice.className = "snf-other";
  const fill = () => {
    const others = numbers().filter((each) => each !== number);
    choice.replaceChildren(new Option("run ...", ""), ...others.map((each) => new Option(`run ${each}`, String(each))));
  };
  // Asked for when it is opened: there may be more runs by then.
  choice.addEventListener("focus", fill);
  choice.addEventListener("pointerdown", () => {
    if (choice.options.length <= 1) fill();
  });
  fill();
  const place = element("div", "snf-differences");
  choice.addEventListener("change", () => {
    const other = Number(choice.value);
    if (!other) return;
    ask({ kind: "run:compare", other }).then(
      (answer) => {
        say(answer.text);
        place.replaceChildren(...(answer.differences.length ? [makeTable(answer)] : []));
        if (answer.rows) {
          const caption = element("p", "snf-caption", `From run ${answer.first} to run ${answer.second}`);
          place.append(caption);
          /** @type {(content: object) => Promise<any>} */
          const question = (content) => ask({ kind: "run:tree", other, question: content }).then(treeReply);
          treeView(place, answer.rows, {
            label: `Differences of run ${answer.first} and run ${answer.second}`,
            count: answer.count,
            ask: question,
            opened: { depth: 1, expanded: answer.opened, collapsed: [] },
            sizes: false,
          });
        }
        place.append(makeClose());
      },
      (error) => say(error.message),
    );
  });
  root.append(choice);

  function makeClose() {
    const close = makeButton("snf-link", "Close comparison");
    close.addEventListener("click", () => {
      place.replaceChildren();
      say("");
      choice.value = "";
      choice.focus();
    });
    return close;
  }
  return { root, place };
}

/** @param {{ first: number, second: number, differences: Difference[] }} told */
function makeTable(told) {
  const table = element("table", "snf-difference");
  table.append(element("caption", "snf-unseen", `Run ${told.first} and run ${told.second}`));
  const head = element("tr", "");
  for (const title of ["", "where", `run ${told.first}`, `run ${told.second}`]) {
    const cell = element("th", "", title);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const top = element("thead", "");
  top.append(head);
  const rows = element("tbody", "");
  for (const each of told.differences) {
    const row = element("tr", "");
    const section = element("th", "", each.section);
    section.setAttribute("scope", "row");
    row.append(section, cellOf(each.path), cellOf(each.before), cellOf(each.after));
    rows.append(row);
  }
  table.append(top, rows);
  return table;
}

/** @param {string} text */
function cellOf(text) {
  const cell = element("td", "");
  cell.append(element("code", "", text));
  return cell;
}
