// Questions to the kernel, each with its own answer.

/** @typedef {import("./treeview.js").Reply} Reply */

const PATIENCE = 30_000;
const GONE = "The kernel that made this is gone. Run the cell again.";

/**
 * @param {import("./treewidget.js").Model} model
 * @returns {{ ask: import("./treeview.js").Ask, stop: () => void }}
 */
export function asker(model) {
  const prefix = Math.random().toString(36).slice(2);
  let count = 0;
  /** @type {Map<string, { resolve: (reply: Reply) => void, reject: (reason: Error) => void, patience: number }>} */
  const open = new Map();
  /** @type {(reply: Reply, buffers?: DataView[]) => void} */
  const answered = (reply, buffers) => {
    const question = open.get(reply?.request ?? "");
    if (!question) return;
    open.delete(reply.request ?? "");
    window.clearTimeout(question.patience);
    if (reply.error) question.reject(new Error(reply.error));
    // An answer about what was shown before would put rows where they do not belong.
    else if (reply.version !== undefined && reply.version !== model.get("version")) question.reject(new Error("The tree has changed meanwhile."));
    else question.resolve({ ...reply, buffers });
  };
  model.on("msg:custom", answered);
  return {
    ask(content) {
      count += 1;
      const request = `${prefix}-${count}`;
      return new Promise((resolve, reject) => {
        // Rows may come late, from a kernel that was busy, and a large file too; somebody who waits for an answer is told.
        const patience = content.type === "rows" || content.type === "download" ? 0 : window.setTimeout(() => open.delete(request) && reject(new Error("The kernel does not answer; it may be busy. If it was restarted, run the cell again.")), PATIENCE);
        open.set(request, { resolve, reject, patience });
        try {
          model.send({ ...content, request });
        } catch {
          // The front end knows that nobody is at the other end: "Cannot send", it says.
          open.delete(request);
          window.clearTimeout(patience);
          reject(new Error(GONE));
        }
      });
    },
    stop() {
      model.off("msg:custom", answered);
      open.clear();
    },
  };
}
