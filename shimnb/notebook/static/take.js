// Taking something out of the tree: a row's value, JSON, path or text proto to the clipboard, the whole as a file.

import { copyText } from "./clipboard.js";
import { element } from "./dom.js";
import { revealed } from "./find.js";

const COPIES = /** @type {const} */ ([
  ["value", "Copy value"],
  ["json", "Copy as JSON"],
  ["path", "Copy Python path"],
  ["text", "Copy as text proto"],
]);
const FILES = /** @type {const} */ ([
  [".pb", "Download .pb"],
  [".json", "Download .json"],
  [".txtpb", "Download .txtpb"],
]);
const ROOM = 8; // px between a menu and the window's edge

/** @type {import("./treewidget.js").Tool} */
export function takeTool({ view, ask, say, root, toolbar, below }) {
  const more = document.createElement("button");
  more.type = "button";
  more.className = "sn-row-menu";
  more.tabIndex = -1;
  more.title = "Copy or download (Shift+F10)";
  // For the mouse: the keyboard has Shift+F10 on the row, and a reader would hear it with every row.
  more.setAttribute("aria-hidden", "true");
  const tool = element("button", "sn-depth", "copy");
  tool.setAttribute("type", "button");
  tool.setAttribute("aria-label", "Copy or download");
  tool.setAttribute("aria-haspopup", "menu");
  tool.setAttribute("aria-expanded", "false");
  tool.title = "Copy the active row, or download it all (Shift+F10)";
  toolbar.append(tool);
  const dots = element("span", "", "⋯");
  dots.setAttribute("aria-hidden", "true");
  more.append(dots);
  /** @type {HTMLElement | null} */
  let menu = null;
  /** @type {number[]} */
  let at = [];
  let alive = true;
  let opened = 0;
  /** @type {{ focus: () => void }} */
  let opener = view;

  /** @param {unknown} reason */
  const fail = (reason) => say(reason instanceof Error ? reason.message : String(reason));

  /** @param {string} form */
  async function copy(form) {
    try {
      const reply = await ask({ type: "take", form, at, revealed: revealed(view) });
      const told = reply.note ? `Copied ${reply.what}. ${reply.note}` : `Copied ${reply.what}`;
      if (await copyText(root, reply.text)) say(told);
      else {
        say("The browser does not let the clipboard be written. Copy the text from the box below the tree.");
        byHand(reply.text, reply.what);
      }
    } catch (reason) {
      fail(reason);
    }
  }

  /** @param {string} text @param {string} what Shown selected, for copying by hand. */
  function byHand(text, what) {
    below.querySelector(".sn-by-hand")?.remove();
    const made = element("div", "sn-by-hand");
    made.dataset.ownKeys = "true";
    const area = document.createElement("textarea");
    area.className = "sn-by-hand-text";
    area.readOnly = true;
    area.rows = Math.min(8, text.split("\n").length);
    area.value = text;
    area.setAttribute("aria-label", `Text to copy: ${what}`);
    const done = document.createElement("button");
    done.type = "button";
    done.className = "sn-depth";
    done.textContent = "Done";
    const end = () => {
      made.remove();
      view.focus();
    };
    done.addEventListener("click", end);
    made.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") end();
    });
    made.append(area, done);
    below.append(made);
    area.focus();
    area.select();
  }

  /** @param {string} form */
  async function download(form) {
    try {
      /** @type {DataView[]} */
      const parts = [];
      let start = /** @type {number | null} */ (0);
      let reply;
      say(`Preparing the ${form} file…`);
      while (start !== null) {
        reply = await ask({ type: "download", form, start, revealed: revealed(view) });
        if (!alive) return;
        parts.push(...(reply.buffers ?? []));
        start = reply.next;
        if (start !== null) say(`Fetching ${reply.name}: ${Math.round((100 * start) / reply.total)} %`);
      }
      const link = document.createElement("a");
      const url = URL.createObjectURL(new Blob(/** @type {BlobPart[]} */ (parts), { type: reply?.mime }));
      link.href = url;
      link.download = reply?.name;
      link.hidden = true;
      root.append(link);
      link.click();
      link.remove();
      window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
      say(`Downloaded ${reply?.name}${reply?.note ? `. ${reply.note}` : ""}`);
    } catch (reason) {
      fail(reason);
    }
  }

  /** @param {boolean} back Whether the focus goes back to the tree. */
  function close(back) {
    const made = menu;
    menu = null; // before it goes: it loses the focus then, and closes for that
    made?.remove();
    tool.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  }

  /** @param {HTMLElement} anchor @param {{ focus: () => void }} [from] Where the focus goes back to. */
  function open(anchor, from = view) {
    close(false);
    opener = from;
    const active = view.active();
    if (!active?.row) return say("There is no row to copy.");
    at = active.at;
    const made = element("div", "sn-menu");
    made.setAttribute("role", "menu");
    made.setAttribute("aria-label", `Copy ${active.row.key}, or download`);
    made.dataset.ownKeys = "true";
    for (const [form, text] of COPIES) made.append(item(text, () => copy(form)));
    const rule = element("div", "sn-menu-rule");
    rule.setAttribute("role", "separator");
    made.append(rule);
    for (const [form, text] of FILES) made.append(item(text, () => download(form)));
    made.addEventListener("keydown", onMenuKey);
    made.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && made.contains(event.relatedTarget)) && menu === made) close(false);
    });
    menu = made;
    opened = Date.now();
    root.append(made);
    tool.setAttribute("aria-expanded", String(from === tool));
    place(made, anchor.getBoundingClientRect());
    items()[0]?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} made In the top layer, so that no cell cuts it off. @param {DOMRect} anchor */
  function place(made, anchor) {
    if ("popover" in made) {
      made.popover = "manual";
      made.showPopover();
    }
    const box = made.getBoundingClientRect();
    const top = anchor.bottom + box.height + ROOM > window.innerHeight ? anchor.top - box.height : anchor.bottom;
    made.style.top = `${Math.max(ROOM, top)}px`;
    made.style.left = `${Math.max(ROOM, Math.min(anchor.right - box.width, window.innerWidth - box.width - ROOM))}px`;
  }

  /** @param {string} text @param {() => void} act */
  function item(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "sn-menu-item";
    made.tabIndex = -1;
    made.textContent = text;
    made.setAttribute("role", "menuitem");
    made.addEventListener("click", () => {
      close(true);
      act();
    });
    return made;
  }

  const items = () => /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll("[role=menuitem]") ?? [])]);

  /** @param {KeyboardEvent} event */
  function onMenuKey(event) {
    const all = items();
    const now = all.findIndex((each) => each === event.target);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    event.stopPropagation();
    if (to !== undefined) all[to % all.length].focus();
    else if (event.key === "Escape" || event.key === "Tab") close(true);
    else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLowerCase();
      const words = (/** @type {HTMLElement} */ each) => (each.textContent ?? "").toLowerCase().replace(/^(copy as|copy|download \.?)\s*/, "");
      [...all.slice(now + 1), ...all.slice(0, now + 1)].find((each) => words(each).startsWith(letter))?.focus();
    } else return;
    event.preventDefault();
  }

  view.addKeys((event) => {
    const asked = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (asked) open(more.isConnected ? more : view.element);
    return asked;
  });

  /** @param {KeyboardEvent} event Ctrl+C on a row copies its value, unless a text is selected. */
  function onCopyKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "c") return;
    const onRow = event.target instanceof Element && event.target.getAttribute("role") === "treeitem";
    const active = view.active();
    if (!onRow || !active || document.getSelection()?.toString()) return;
    event.preventDefault();
    event.stopPropagation();
    at = active.at;
    copy("value");
  }

  /** @param {Event} event The menu key makes this event too, some time after the key itself. */
  function onContextMenu(event) {
    if (menu && Date.now() - opened < 1000) event.preventDefault();
  }

  // The button stands in the active row.
  view.decorate((line, position, row) => {
    if (row && view.active()?.at.join() === position.join()) {
      if (more.parentElement !== line) line.append(more);
    } else if (more.parentElement === line) more.remove();
  });
  let due = false;
  view.onActive(() => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (alive) view.redraw();
    });
  });
  more.addEventListener("click", () => (menu ? close(true) : open(more)));
  tool.addEventListener("click", () => (menu ? close(true) : open(tool, tool)));
  // The menu would close as it loses the focus to the button, and the click would open it again.
  for (const button of [more, tool]) button.addEventListener("pointerdown", (event) => menu && event.preventDefault());
  view.element.addEventListener("keydown", onCopyKey);
  root.addEventListener("contextmenu", onContextMenu);
  view.redraw();
  return () => {
    alive = false;
    close(false);
    root.removeEventListener("contextmenu", onContextMenu);
  };
}
