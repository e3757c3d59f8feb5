// Everything of a form that is about its runs: the Run button and its row, and the list of the runs below. The fields above
// are form.js's. Text goes in through textContent alone.
import { makeButton } from "./button.js";
import { element } from "./dom.js";
import { makeBar } from "./runbar.js";
import { makeRunRow, openRuns } from "./runrow.js";

/** @typedef {import("./runrow.js").RunLine} RunLine */
/** @typedef {import("./runrow.js").RunSpec} RunSpec */
/** @typedef {ReturnType<typeof makeRunRow>} RunRow */

const RUNS_LOST = "The kernel that made this is gone. Run the cell again.";

/**
 * What Python tells about runs.
 * @typedef {({ kind: "run:status" } & import("./runbar.js").BarStatus)
 *   | { kind: "runs", view?: string, lines: RunLine[], older: number, before: number | null }
 *   | { kind: "run:line", run: RunLine }
 *   | { kind: "run", run: RunSpec, view?: string }
 *   | { kind: "run:live", runs: import("./runrow.js").LiveSpec[] }
 *   | { kind: "children" | "deck" | "run:display" | "run:copy" | "run:compare" | "run:edit" | "run:debug" | "run:export",
 *       view: string, request: number, error?: string }} RunMessage
 */

/**
 * @typedef {object} RunsModel
 * @property {(content: object) => void} send
 * @property {any} [widget_manager]
 */

/**
 * The runs of a form.
 *
 * `actions` is the row with the Run button; its button submits the form that it stands in, and form.js then sends what
 * was typed and calls `start`. `root` are the results. `onMessage` gets every message whose kind begins with run,
 * children or deck.
 * @param {{ model: RunsModel, uid: string }} context The uid is the view's: Python answers a request with it.
 */
export function makeRuns({ model, uid }) {
  const bar = makeBar(uid, send);
  const root = element("div", "snf-results");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Results");
  const head = element("div", "snf-head");
  const title = element("span", "snf-caption", "Runs");
  const said = element("span", "snf-note");
  said.setAttribute("aria-live", "polite");
  const save = makeButton("snf-link", "Export JSON");
  save.title = "Save all runs in a file, without secrets";
  const clear = makeButton("snf-link", "Clear");
  clear.title = "Forget the runs that have ended";
  head.append(title, save, clear, said);
  head.hidden = true;
  const list = element("div", "snf-list");
  const older = makeButton("snf-link", "");
  older.hidden = true;
  root.append(head, list, older);

  /**
   * Sends a message; tells whether there is a kernel that takes it.
   * @param {object} content
   */
  function send(content) {
    try {
      model.send({ ...content, view: uid });
      return true;
    } catch {
      // After a restart of the kernel a front end refuses to send, and says so with an exception.
      bar.lost(RUNS_LOST);
      return false;
    }
  }

  /** @type {Map<number, { resolve: (answer: any) => void, reject: (reason: Error) => void }>} */
  const requests = new Map();
  let lastRequest = 0;
  /** @type {(content: object) => Promise<any>} */
  function ask(content) {
    return new Promise((resolve, reject) => {
      lastRequest += 1;
      requests.set(lastRequest, { resolve, reject });
      if (!send({ ...content, request: lastRequest })) reject(new Error(RUNS_LOST));
    });
  }
  save.addEventListener("click", () => {
    ask({ kind: "run:export" }).then(
      (answer) => {
        saveFile(answer.name, answer.json);
        said.textContent = answer.text;
      },
      (error) => (said.textContent = error.message),
    );
  });
  clear.addEventListener("click", () => send({ kind: "run:clear" }));
  older.addEventListener("click", () => send({ kind: "run:older", number: Math.min(...rows.keys()) }));

  /** @type {Map<number, RunRow>} */
  const rows = new Map();

  /** @param {RunLine} line */
  function rowOf(line) {
    const known = rows.get(line.number);
    if (known) return known;
    const made = makeRunRow(line, model, (content) => ask({ ...content, number: line.number }), () => [...rows.keys()].sort((a, b) => b - a));
    rows.set(line.number, made);
    // The newest first; an earlier page of them comes later.
    const below = Math.max(0, ...[...rows.keys()].filter((number) => number < line.number));
    list.insertBefore(made.root, rows.get(below)?.root ?? null);
    head.hidden = false;
    return made;
  }

  /** @param {RunRow} row */
  function openAlone(row) {
    for (const other of rows.values()) if (other !== row && other.state() !== "running") other.root.open = false;
    row.root.open = true;
  }

  /** @param {RunLine} line */
  function showLine(line) {
    const isNew = !rows.has(line.number);
    const row = rowOf(line);
    const started = line.state === "running" && (isNew || row.state() === "queued");
    row.update(line);
    if (started) openAlone(row);
  }

  /** @param {RunSpec} run */
  function showRun(run) {
    const isNew = !rows.has(run.number);
    const row = rowOf(run);
    const ended = !row.filled() && row.state() !== run.state;
    row.fill(run);
    const newest = run.number === Math.max(...rows.keys());
    // In a page that is opened anew, nobody has opened or closed one yet.
    if (isNew || (ended && newest) || (newest && openRuns.size === 0)) openAlone(row);
  }

  /** @type {(lines: RunLine[], count: number, before: number | null) => void} */
  function showList(lines, count, before) {
    if (before === null) {
      // All of it, as after a clearing: what is not in it is there no more.
      const least = Math.min(Number.POSITIVE_INFINITY, ...lines.map((line) => line.number));
      const known = new Set(lines.map((line) => line.number));
      for (const [number, row] of [...rows]) {
        if (known.has(number) || (number < least && count > 0)) continue;
        row.root.remove();
        rows.delete(number);
      }
    }
    for (const line of lines) {
      const row = rowOf(line);
      if (!row.filled()) row.update(line);
    }
    head.hidden = rows.size === 0;
    older.hidden = count === 0;
    older.textContent = `Show older runs (${count.toLocaleString("en")})`;
  }

  /** @param {RunMessage} message */
  function onMessage(message) {
    if (message.kind === "run:status") {
      bar.tell(message);
      root.setAttribute("aria-busy", String(message.running));
    } else if (message.kind === "runs") {
      if (message.before === null || message.view === uid) showList(message.lines, message.older, message.before);
    } else if (message.kind === "run:line") {
      showLine(message.run);
    } else if (message.kind === "run") {
      if (!message.view || message.view === uid) showRun(message.run);
    } else if (message.kind === "run:live") {
      for (const told of message.runs) rows.get(told.number)?.live(told);
    } else if (message.view === uid) {
      const request = requests.get(message.request);
      requests.delete(message.request);
      if (message.error) request?.reject(new Error(message.error));
      else request?.resolve(message);
    }
  }

  return {
    actions: bar.root,
    root,
    /** Asks for a run. */
    start() {
      if (send({ kind: "run", mode: bar.mode() })) bar.wait();
    },
    onMessage,
    dispose: bar.dispose,
  };
}

/**
 * @param {string} name
 * @param {string} text
 */
function saveFile(name, text) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
