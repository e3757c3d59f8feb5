// Two ways to look at the same tree: with the fields that are not set, and as it was written instead of decoded.

import { element } from "./dom.js";

/**
 * @param {string} word
 * @param {string} name
 */
function toggleButton(word, name) {
  const button = element("button", "sn-depth sn-toggle", word);
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", name);
  button.title = name;
  return button;
}

/** @type {import("./treewidget.js").Tool} */
export function togglesTool({ model, view, toolbar, say }) {
  const unset = toggleButton("unset fields", "Show the unset fields too");
  const looks = element("div", "sn-depths");
  looks.setAttribute("role", "group");
  looks.setAttribute("aria-label", "Values");
  const decoded = toggleButton("decoded", "Show the values decoded, as the cluster has them");
  const written = toggleButton("written", "Show the values as they were written");
  looks.append(decoded, written);
  toolbar.append(looks, unset);

  function draw() {
    const look = model.get("look") === "written" && model.get("title").written ? "written" : "decoded";
    decoded.setAttribute("aria-pressed", String(look === "decoded"));
    written.setAttribute("aria-pressed", String(look === "written"));
    unset.setAttribute("aria-pressed", String(model.get("unset")));
    looks.hidden = !model.get("title").written;
    unset.hidden = !model.get("title").fields;
    view.setView(look);
  }

  /** @param {string} look */
  function choose(look) {
    model.set("look", look);
    model.save_changes();
    draw();
    say(look === "written" ? "As get_custom returned it; what differs is marked." : "");
  }

  decoded.addEventListener("click", () => choose("decoded"));
  written.addEventListener("click", () => choose("written"));
  unset.addEventListener("click", () => {
    model.set("unset", !model.get("unset"));
    model.save_changes();
    draw();
  });
  for (const name of ["look", "unset", "title"]) model.on(`change:${name}`, draw);
  draw();
  return () => {
    for (const name of ["look", "unset", "title"]) model.off(`change:${name}`, draw);
  };
}
