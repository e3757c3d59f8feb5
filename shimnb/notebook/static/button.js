// Buttons: with a word that is seen, and more that is said.
import { element } from "./dom.js";

/**
 * @param {string} className
 * @param {string} text
 */
export function makeButton(className, text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = text;
  return button;
}

/** A button with a word that is seen, and one more that is said. @param {string} text @param {string} said */
export function makeLink(text, said) {
  const button = makeButton("snf-link", text);
  button.append(element("span", "snf-unseen", ` ${said}`));
  return button;
}
