// A button that opens a menu: the ways in which a value can be given.
import { element } from "./dom.js";

/** @typedef {{ text: string, checked?: boolean, act: () => void }} Choice */

/**
 * @param {string} words What the button is for; said, and shown when the mouse rests on it.
 * @param {() => Choice[]} choices Asked when it opens.
 */
export function makeMenu(words, choices) {
  const root = element("span", "snf-menu");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "snf-more";
  button.title = words;
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  const dots = element("span", "", "⋯");
  dots.setAttribute("aria-hidden", "true");
  const said = element("span", "snf-unseen", words);
  button.append(dots, said);
  root.append(button);
  /** @type {HTMLElement | null} */
  let list = null;

  /** @param {boolean} back Whether the focus goes back to the button. */
  function close(back) {
    const was = list;
    window.removeEventListener("scroll", follow, true);
    // Taking it out takes the focus from it, which would close it once more.
    list = null;
    was?.remove();
    button.setAttribute("aria-expanded", "false");
    if (back) button.focus();
  }

  const closeNow = () => close(false);
  const follow = () => list && place(list);

  /** Puts the list below the button, or above it where there is more room. @param {HTMLElement} made */
  function place(made) {
    const at = button.getBoundingClientRect();
    const { width, height } = made.getBoundingClientRect();
    const below = at.bottom + height < window.innerHeight || at.top < height;
    made.style.left = `${Math.max(4, Math.min(at.right - width, window.innerWidth - width - 4))}px`;
    made.style.top = `${below ? at.bottom : at.top - height}px`;
  }

  function open() {
    const made = element("span", "snf-choices");
    made.setAttribute("role", "menu");
    made.setAttribute("aria-label", said.textContent ?? "");
    const options = choices();
    const radio = options.some((each) => each.checked !== undefined);
    for (const choice of options) {
      const item = document.createElement("button");
      item.type = "button";
      item.className = "snf-choice";
      item.tabIndex = -1;
      item.textContent = choice.text;
      item.setAttribute("role", radio && choice.checked !== undefined ? "menuitemradio" : "menuitem");
      if (choice.checked !== undefined) item.setAttribute("aria-checked", String(choice.checked));
      item.addEventListener("click", () => {
        close(true);
        choice.act();
      });
      made.append(item);
    }
    list = made;
    made.popover = "manual";
    root.append(made);
    // Above everything: an output of a notebook cuts off what reaches out of it.
    made.showPopover();
    place(made);
    window.addEventListener("scroll", follow, true);
    button.setAttribute("aria-expanded", "true");
    items()[Math.max(0, options.findIndex((each) => each.checked))]?.focus({ preventScroll: true });
  }

  const items = () => /** @type {HTMLElement[]} */ (list ? [...list.children] : []);

  button.addEventListener("click", () => (list ? close(true) : open()));
  root.addEventListener("focusout", (event) => {
    if (list && !(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) close(false);
  });
  root.addEventListener("keydown", (event) => {
    if (!list) {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      open();
      return;
    }
    const all = items();
    const at = all.findIndex((item) => item === event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to % all.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key === "Tab") {
      close(true);
    }
  });
  return {
    destroy: closeNow,
    root,
    /** @param {string} next */
    rename(next) {
      button.title = next;
      said.textContent = next;
    },
  };
}
