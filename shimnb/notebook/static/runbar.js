// The row with the Run button: how to run, Cancel, and what the newest run is doing.
import { makeButton } from "./button.js";
import { element } from "./dom.js";

/** @typedef {{ number: number, elapsed: number, cancelling: boolean }} GoingRun */
/** @typedef {{ text: string, state: string, running: boolean, going: GoingRun[], queued: number[], mode: string }} BarStatus */

/** @type {[string, string][]} */
const RUN_MODES = [
  ["kernel", "In this kernel, in a thread of its own: quick, and it can be debugged"],
  ["isolated", "As the cluster runs it: in a process of its own, which gets the template, the inputs and nothing else"],
];

/**
 * @param {string} uid
 * @param {(content: object) => unknown} send
 */
export function makeBar(uid, send) {
  const root = element("div", "snf-actions");
  const run = makeButton("snf-run-button", "Run");
  run.type = "submit";
  run.title = "Run the task (Ctrl+Enter)";
  run.setAttribute("aria-keyshortcuts", "Control+Enter");
  const modes = element("div", "snf-modes");
  modes.setAttribute("role", "radiogroup");
  modes.setAttribute("aria-label", "How to run");
  /** @type {Map<string, HTMLInputElement>} */
  const choices = new Map();
  for (const [name, title] of RUN_MODES) {
    const label = element("label", "snf-mode");
    label.title = title;
    const choice = document.createElement("input");
    choice.type = "radio";
    choice.name = `${uid}-mode`;
    choice.value = name;
    choice.checked = name === "kernel";
    choice.addEventListener("change", () => send({ kind: "run:mode", mode: name }));
    label.append(choice, element("span", "", name));
    choices.set(name, choice);
    modes.append(label);
  }
  const cancel = makeButton("snf-cancel", "Cancel");
  cancel.type = "button";
  const keys = element("kbd", "snf-keys", "Ctrl+Enter");
  keys.setAttribute("aria-hidden", "true");
  const status = element("span", "snf-status");
  status.setAttribute("role", "status");
  const clock = element("span", "snf-clock");
  clock.setAttribute("aria-hidden", "true");
  root.append(run, modes, cancel, keys, status, clock);

  /** @type {number | undefined} */
  let target;
  cancel.addEventListener("click", () => {
    if (target !== undefined) send({ kind: "run:cancel", number: target });
  });

  let begin = 0;
  let ticking = 0;
  let waiting = 0;

  /** @param {BarStatus} told */
  function tell(told) {
    window.clearTimeout(waiting);
    if (status.textContent !== told.text) status.textContent = told.text;
    status.dataset.state = told.state;
    const choice = choices.get(told.mode);
    if (choice) choice.checked = true;
    const going = told.going.at(-1);
    target = going?.number ?? told.queued[0];
    const again = Boolean(going?.cancelling);
    cancel.textContent = again ? "Give up" : "Cancel";
    cancel.setAttribute("aria-disabled", String(target === undefined));
    cancel.title = again
      ? "It has been asked to end. Kill it if it is a process; leave it behind if it is in the kernel, where code in C ends when it returns"
      : "End the run. In the kernel, code in C is not interrupted until it returns";
    window.clearInterval(ticking);
    ticking = 0;
    clock.textContent = "";
    if (!going) return;
    begin = performance.now() - going.elapsed * 1000;
    ticking = window.setInterval(tick, 1000);
    tick();
  }

  function tick() {
    const seconds = Math.floor((performance.now() - begin) / 1000);
    clock.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }

  tell({ text: "", state: "", running: false, going: [], queued: [], mode: "kernel" });
  return {
    root,
    tell,
    mode: () => [...choices.values()].find((choice) => choice.checked)?.value ?? "kernel",
    /** @type {(words: string) => void} Says that nobody is there any more. */
    lost(words) {
      tell({ text: words, state: "wrong", running: false, going: [], queued: [], mode: "" });
    },
    /** Says so when the kernel does not answer. */
    wait() {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => (status.textContent = "Waiting for the kernel: it is busy, or gone."), 700);
    },
    dispose() {
      window.clearInterval(ticking);
      window.clearTimeout(waiting);
    },
  };
}
