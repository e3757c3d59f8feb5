// What stands below the items of a list or a map: their pages, and JSON to be pasted.
import { makeButton, makeLink } from "./button.js";
import { element } from "./dom.js";

export const PAGE = 50; // items that are in the page at a time

/** @param {string} name @param {(page: number) => void} go */
export function makePager(name, go) {
  const root = element("span", "snf-pager");
  const before = makeButton("snf-small", "Previous");
  before.append(element("span", "snf-unseen", ` items of ${name}`));
  const after = makeButton("snf-small", "Next");
  after.append(element("span", "snf-unseen", ` items of ${name}`));
  const words = element("span", "snf-pages");
  root.append(before, words, after);
  let page = 0;
  let last = 0;
  before.addEventListener("click", () => page > 0 && go(page - 1));
  after.addEventListener("click", () => page < last && go(page + 1));
  return {
    root,
    /** @param {number} now @param {number} end @param {number} count */
    update(now, end, count) {
      [page, last] = [now, end];
      root.hidden = end === 0;
      words.textContent = `${now * PAGE + 1} to ${Math.min(count, (now + 1) * PAGE)} of ${count.toLocaleString("en")}`;
      before.setAttribute("aria-disabled", String(now === 0));
      after.setAttribute("aria-disabled", String(now === end));
    },
  };
}

/** JSON to be put into a list or a map. @param {import("./field.js").FormContext} ctx @param {import("./field.js").Use} use @param {() => void} closed */
export function makePaste(ctx, use, closed) {
  const root = element("div", "snf-paste");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `Paste JSON into ${use.name}`);
  const box = document.createElement("textarea");
  box.className = "snf-input";
  box.rows = 3;
  box.spellcheck = false;
  box.setAttribute("aria-label", `JSON for ${use.name}`);
  const error = element("p", "snf-error");
  error.setAttribute("role", "alert");
  error.hidden = true;
  const bar = element("div", "snf-item-bar");
  const append = makeButton("snf-small", "Append");
  const replace = makeButton("snf-small", "Replace all");
  const cancel = makeLink("cancel", "pasting");
  bar.append(append, replace, cancel);
  root.append(box, error, bar);
  const close = () => {
    root.remove();
    box.value = "";
    error.hidden = true;
    closed();
  };
  /** @param {boolean} whole */
  async function send(whole) {
    const answer = await ctx.ask({ kind: "paste", at: use.at, text: box.value, replace: whole });
    error.textContent = answer.error ?? "";
    error.hidden = !answer.error;
    if (answer.error) box.focus();
    else close();
  }
  append.addEventListener("click", () => void send(false));
  replace.addEventListener("click", () => void send(true));
  cancel.addEventListener("click", close);
  return { root, open: () => box.focus() };
}
