/**
 * Keep a widget's keys from the notebook, which has a meaning for nearly every one.
 *
 * JupyterLab's attribute counts on the focused element only: on a button in the widget, `b` would still insert a cell,
 * and an arrow move the selection. Keys with Ctrl, Alt or Meta stay the notebook's, and so do Escape and Shift+Enter.
 * @param {HTMLElement} root
 */
export function keepKeys(root) {
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => {
    const notebooks = event.ctrlKey || event.altKey || event.metaKey || event.key === "Escape";
    if (!notebooks && !(event.key === "Enter" && event.shiftKey)) event.stopPropagation();
  });
}
