// One run in the list: a line, which opens to what it printed, what it left or why it failed, and what can be done with it.
import { makeButton, makeLink } from "./button.js";
import { makeCompare } from "./compare.js";
import { element } from "./dom.js";
import { makeFailure } from "./failure.js";
import { makeInputs } from "./inputs.js";
import { makeMenu } from "./menu.js";
import { insertCell } from "./notebook.js";
import { makePrinted } from "./printed.js";
import { makeResults } from "./results.js";

/**
 * A run's line, as report.py describes it.
 * @typedef {object} RunLine
 * @property {number} number
 * @property {"queued" | "running" | "done" | "failed" | "cancelled"} state
 * @property {"kernel" | "isolated"} mode
 * @property {string} summary
 * @property {string} call What it was given.
 * @property {number} version
 * @property {string} [mark] That another version of the task made it.
 * @property {string} [brief] The error in one line, for a run that is closed.
 */

/**
 * All of a run that has ended.
 * @typedef {RunLine & import("./results.js").ResultsSpec & {
 *   printed: import("./printed.js").Part[],
 *   failure?: import("./failure.js").FailureSpec,
 *   notes?: string[],
 * }} RunSpec
 */

/**
 * What a run that is going on has told since the last time.
 * @typedef {object} LiveSpec
 * @property {number} number
 * @property {number} elapsed
 * @property {{ fraction: number | null, text: string } | null} progress
 * @property {import("./printed.js").Part[]} parts
 * @property {boolean} [reset]
 * @property {number} [skipped]
 * @property {string} [line]
 */

/** @type {[string, string][]} */
const RUN_COPIES = [
  ["call", "Copy call"],
  ["command", "Copy command"],
  ["test", "Copy test"],
];

/** Which runs stood open, and which were closed, for a view that is made again. @type {Map<number, boolean>} */
export const openRuns = new Map();

/** The bodies that are drawn, the one that was drawn last at the end. @type {{ closed: () => boolean, empty: () => void }[]} */
const drawnBodies = [];
const MOST_BODIES = 10;

/** Empties bodies that nobody sees, where there are many: opened again, they are asked for again. */
function emptyBodies() {
  for (let at = 0; drawnBodies.length > MOST_BODIES && at < drawnBodies.length; ) {
    if (drawnBodies[at].closed()) drawnBodies.splice(at, 1)[0].empty();
    else at += 1;
  }
}

/**
 * @param {RunLine} line
 * @param {any} model The widget's.
 * @param {import("./results.js").AskRun} ask
 * @param {() => number[]} numbers Those of the runs that are listed.
 */
export function makeRunRow(line, model, ask, numbers) {
  const root = document.createElement("details");
  const summary = element("summary", "snf-summary");
  const number = element("span", "snf-number", `#${line.number}`);
  const outcome = element("span", "snf-outcome");
  const mark = element("span", "snf-version");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.hidden = true;
  bar.setAttribute("aria-label", `Progress of run ${line.number}`);
  const progress = element("span", "snf-progress");
  const call = element("span", "snf-call");
  const brief = element("span", "snf-brief");
  summary.append(number, " ", outcome, " ", mark, " ", bar, " ", progress, " ", call, " ", brief);
  const body = element("div", "snf-body");
  root.append(summary, body);
  const printed = makePrinted(line.number, (display) => {
    ask({ kind: "run:display", display }).then(
      (answer) => printed.show(answer),
      (error) => printed.show({ display, error: error.message }),
    );
  });
  const cancel = makeButton("snf-link", "Cancel");
  cancel.addEventListener("click", () => void ask({ kind: "run:cancel" }));
  let filled = false;
  let shown = line;

  // An open run shows its error below.
  const tellBrief = () => (brief.textContent = root.open ? "" : (shown.brief ?? ""));
  root.addEventListener("toggle", () => {
    openRuns.set(line.number, root.open);
    tellBrief();
    if (root.open && !filled && ["done", "failed", "cancelled"].includes(shown.state)) void ask({ kind: "run:open" });
  });

  /** @param {RunLine} told */
  function update(told) {
    shown = told;
    root.className = `snf-run snf-${told.state}`;
    outcome.textContent = told.summary;
    mark.textContent = [told.mode === "isolated" ? "isolated" : "", told.mark ?? ""].filter(Boolean).join(", ");
    call.textContent = told.call;
    call.title = told.call;
    const waits = told.state === "queued" || told.state === "running";
    if (waits && !filled) body.replaceChildren(printed.root, cancel);
    if (!waits) progress.textContent = "";
    if (!waits) bar.hidden = true;
    tellBrief();
  }

  /** @param {RunSpec} run */
  function fill(run) {
    if (!filled) {
      drawnBodies.push({
        closed: () => !root.open || !root.isConnected,
        empty() {
          filled = false;
          body.replaceChildren();
        },
      });
      emptyBodies();
    }
    filled = true;
    update(run);
    body.replaceChildren(makeTools(run));
    if (run.failure) {
      const failure = makeFailure(run.failure, () =>
        ask({ kind: "run:debug" }).then(
          (answer) => failure.say(insertCell(model, root, "%debug") ? answer.inserted : answer.text),
          (error) => failure.say(error.message),
        ),
      );
      body.append(failure.root);
    }
    body.append(makeResults(run, ask));
    for (const note of run.notes ?? []) body.append(element("p", "snf-note", note));
    printed.set(run.printed);
    body.append(printed.root);
  }

  /** @param {RunSpec} run */
  function makeTools(run) {
    const mine = `#${run.number}`;
    const tools = element("div", "snf-run-tools");
    tools.setAttribute("role", "group");
    tools.setAttribute("aria-label", `What to do with run ${run.number}`);
    const said = element("p", "snf-note snf-run-said");
    said.setAttribute("aria-live", "polite");
    const copied = element("pre", "snf-copied");
    copied.tabIndex = 0;
    copied.hidden = true;
    copied.setAttribute("role", "region");
    const inputs = makeInputs(run.number, ask);
    /** @type {(act: () => Promise<any>) => void} */
    const doIt = (act) => {
      act().then(
        (answer) => (said.textContent = answer?.text ?? ""),
        (error) => (said.textContent = error.message),
      );
    };
    /** @type {(text: string, title: string, act: () => Promise<any>) => void} */
    const add = (text, title, act) => {
      const button = makeLink(text, mine);
      button.title = title;
      button.addEventListener("click", () => doIt(act));
      tools.append(button);
    };
    /** @type {(what: string, text: string) => Promise<any>} */
    const copy = async (what, text) => {
      const answer = await ask({ kind: "run:copy", what });
      copied.textContent = answer.copy;
      copied.hidden = false;
      copied.setAttribute("aria-label", `${text} ${mine}`);
      const done = await copyText(answer.copy);
      return { text: `${done ? "Copied." : "Select it, and copy it by hand."} ${answer.text}`.trim() };
    };
    add("Run again", "Run it again, with the same inputs", () => ask({ kind: "run:again" }));
    add("Edit inputs", "Put its inputs into the form", () => ask({ kind: "run:edit" }));
    const compare = makeCompare(run.number, numbers, ask, (text) => (said.textContent = text));
    tools.append(compare.root);
    const menu = makeMenu(`More for run ${mine}`, () => [
      ...RUN_COPIES.map(([what, text]) => ({ text: `${text} ${mine}`, act: () => doIt(() => copy(what, text)) })),
      { text: `${inputs.shown() ? "Hide" : "Show"} inputs ${mine}`, act: inputs.toggle },
      { text: `Clear ${mine}`, act: () => doIt(() => ask({ kind: "run:forget" })) },
    ]);
    tools.append(menu.root);
    const whole = element("div", "snf-after");
    whole.append(tools, said, copied, inputs.root, compare.place);
    return whole;
  }

  /** @param {LiveSpec} told */
  function live(told) {
    if (filled) return;
    if (told.reset) printed.set(told.parts);
    else if (told.parts.length || told.line || told.skipped) printed.more(told.parts, told.skipped ?? 0, told.line ?? "");
    const { progress: share } = told;
    bar.hidden = !share;
    if (!share) return;
    if (share.fraction === null) bar.removeAttribute("value");
    else bar.value = share.fraction;
    const percent = share.fraction === null ? "" : `${Math.floor(share.fraction * 100)} %`;
    progress.textContent = [percent, share.text].filter(Boolean).join(" ");
  }

  update(line);
  root.open = openRuns.get(line.number) === true;
  return { root, update, fill, live, filled: () => filled, state: () => shown.state };
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no clipboard outside of a secure page, or not allowed
  }
}
