/**
 * Keep a widget's keys from the notebook, which has a meaning for nearly every one.
 *
 * JupyterLab listens behind the widget, so that a key which stops there is kept. Notebook 7 listens before it, and leaves
 * out what its attribute forbids, on the focused element itself: in a widget that has it further up, `b` would still insert
 * a cell, and an arrow move the selection. Keys with Ctrl, Alt or Meta stay the notebook's, and so do Escape and Shift+Enter.
 * @param {HTMLElement} root
 * @param {boolean} [every] Keep all of them but Ctrl+S, as a form does, where Ctrl+Enter runs it and Escape leaves a field.
 */
export function keepKeys(root, every = false) {
  /** @param {KeyboardEvent} event */
  const saves = (event) => (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  /** Whether a key that is usually the notebook's has a meaning where it is pressed. @param {KeyboardEvent} event */
  const owned = (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "f") return root.querySelector("[role=search]") !== null;
    const [target] = event.composedPath();
    return (event.key === "Escape" || event.key === "Enter") && !event.ctrlKey && !event.metaKey && target instanceof Element && target.closest("[data-own-keys]") !== null;
  };
  /** @param {KeyboardEvent} event */
  const ours = (event) => every ? !saves(event) : owned(event) || !(event.ctrlKey || event.altKey || event.metaKey || event.key === "Escape" || (event.key === "Enter" && event.shiftKey));
  /** @param {KeyboardEvent} event */
  const before = (event) => {
    if (!root.isConnected) return window.removeEventListener("keydown", before, true);
    const [target] = event.composedPath();
    if (target instanceof HTMLElement && root.contains(target)) target.toggleAttribute("data-lm-suppress-shortcuts", ours(event));
  };
  root.addEventListener("focusin", () => window.addEventListener("keydown", before, true));
  root.addEventListener("focusout", () => window.removeEventListener("keydown", before, true));
  root.addEventListener("keydown", (event) => {
    if (ours(event)) event.stopPropagation();
  });
}

/**
 * Give what has the focus, of the tree of elements that `inside` is in: in a shadow root, as marimo has one for each
 * widget, the document would name the root's host.
 * @param {Node} inside
 */
export function focused(inside) {
  const root = inside.getRootNode();
  return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
}
