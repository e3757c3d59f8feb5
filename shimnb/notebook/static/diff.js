// What changed: the toggle that shows it instead of the tree, and the way from one change to the next.

import { element } from "./dom.js";

/**
 * @param {string} text
 * @param {string} name
 * @param {() => void} act
 */
function changeButton(text, name, act) {
  const made = element("button", "sn-depth", text);
  made.setAttribute("type", "button");
  made.setAttribute("aria-label", name);
  made.title = name;
  made.addEventListener("click", act);
  return made;
}

/** @type {import("./treewidget.js").Tool} */
export function changesTool({ model, view, ask, say, toolbar }) {
  const since = changeButton("changed since the last run", "Show what changed since the last run", () => {
    model.set("comparing", !model.get("comparing"));
    model.save_changes();
    draw();
  });
  since.classList.add("sn-toggle");
  const ways = element("div", "sn-depths");
  ways.setAttribute("role", "group");
  ways.setAttribute("aria-label", "Changes");
  const number = element("span", "sn-depths-label sn-change-number");
  ways.append(
    number,
    changeButton("▲", "Previous change (p)", () => go(-1, false)),
    changeButton("▼", "Next change (n)", () => go(1, false)),
  );
  toolbar.append(since, ways);
  let asked = 0;
  let moved = false;
  view.onActive(() => (moved = true));

  /**
   * @param {number} step
   * @param {boolean} focus
   */
  async function go(step, focus) {
    asked += 1;
    const mine = asked;
    try {
      const found = await ask({ type: "change", at: moved ? (view.active()?.at ?? []) : [], step });
      if (mine !== asked) return;
      if (!found.at) return say("No difference.");
      await view.reveal(found.at, { focus });
      number.textContent = `${found.number.toLocaleString("en")} of ${found.of.toLocaleString("en")}`;
      say(`Change ${number.textContent}`);
    } catch (reason) {
      say(reason instanceof Error ? reason.message : String(reason));
    }
  }

  function draw() {
    const { earlier, changes } = model.get("title");
    since.hidden = !earlier;
    since.setAttribute("aria-pressed", String(Boolean(model.get("comparing"))));
    ways.hidden = !changes;
    number.textContent = changes ? `${changes.toLocaleString("en")} ${changes === 1 ? "change" : "changes"}` : "";
  }

  view.addKeys((event) => {
    if (ways.hidden || (event.key !== "n" && event.key !== "p")) return false;
    go(event.key === "n" ? 1 : -1, true);
    return true;
  });
  model.on("change:title", draw);
  model.on("change:comparing", draw);
  draw();
  return () => {
    model.off("change:title", draw);
    model.off("change:comparing", draw);
  };
}
