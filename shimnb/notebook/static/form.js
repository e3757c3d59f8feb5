// A task's form and the results of its runs. Python owns every value: what a person puts into a field goes there as a
// text, and comes back with the errors. Text goes in through textContent alone.
import { makeDeck } from "./deck.js";
import { makeButton, makeField } from "./field.js";
import { element, treeView } from "./treeview.js";

/** @typedef {import("./field.js").FieldState} FieldState */
/** @typedef {import("./field.js").FieldSpec} FieldSpec */

/**
 * A run that has ended, as form.py describes it.
 * @typedef {object} RunSpec
 * @property {number} number
 * @property {"done" | "failed"} state
 * @property {string} summary
 * @property {string} [mark] That another version of the task made it.
 * @property {string} [brief] The error in one line, for a run that is closed.
 * @property {import("./treeview.js").Row[]} [outputs]
 * @property {string} [note]
 * @property {string[]} [decks] Their names; the page is asked for when it is opened.
 * @property {string} [hint]
 * @property {[string, string][]} printed
 * @property {{ type: string, message: string, place: string, source: string, traceback: string, full: string }} [failure]
 */

/** @typedef {Record<string, string | null>} States */

/**
 * @typedef {{ kind: "state", states: States, errors: Record<string, string>, view?: string, seq?: number }
 *   | { kind: "status", text: string, running: boolean, state: string }
 *   | { kind: "focus", view: string, name: string }
 *   | { kind: "run", run: RunSpec, kept: number[] }
 *   | { kind: "deck", view: string, number: number, page?: string, error?: string }
 *   | { kind: "children", view: string, request: number, rows?: import("./treeview.js").Row[], error?: string }} FormMessage
 */

/**
 * @typedef {object} FormModel
 * @property {(name: string) => any} get
 * @property {(content: object) => void} send
 * @property {(event: string, callback: (...args: any[]) => void) => void} on
 * @property {(event: string, callback?: (...args: any[]) => void) => void} off
 */

const TYPING = 200; // ms without a key after which a text is sent

/**
 * One run that has ended: a line that opens to its outputs, its error and what it printed.
 * @param {RunSpec} run
 * @param {boolean} open
 * @param {(id: string, start: number) => Promise<import("./treeview.js").Row[]>} children
 * @param {HTMLElement | null} deck
 */
function makeResult(run, open, children, deck) {
  const root = document.createElement("details");
  root.className = `snf-run snf-${run.state}`;
  root.open = open;
  const summary = element("summary", "snf-summary");
  summary.append(element("span", "snf-number", `#${run.number}`), " ", element("span", "snf-outcome", run.summary));
  if (run.mark) summary.append(" ", element("span", "snf-version", run.mark));
  const brief = element("span", "snf-brief");
  summary.append(" ", brief);
  // An open run shows its error below.
  const tellBrief = () => (brief.textContent = root.open ? "" : (run.brief ?? ""));
  root.addEventListener("toggle", tellBrief);
  tellBrief();
  root.append(summary);
  const body = element("div", "snf-body");
  root.append(body);
  if (run.failure) body.append(makeFailure(run.failure));
  if (run.outputs?.length) {
    treeView(body, run.outputs, { label: `Outputs of run ${run.number}`, children, sizes: false });
  }
  if (run.note) body.append(element("p", "snf-note", run.note));
  if (run.printed.length) {
    body.append(element("p", "snf-caption", "Printed"));
    const printed = element("pre", "snf-printed");
    printed.setAttribute("role", "region");
    printed.setAttribute("aria-label", `Output of run ${run.number}`);
    printed.tabIndex = 0;
    for (const [stream, text] of run.printed) printed.append(element("span", `snf-${stream}`, text));
    body.append(printed);
  }
  if (run.hint) body.append(element("p", "snf-note", run.hint));
  if (deck) body.append(deck);
  return root;
}

/** @param {NonNullable<RunSpec["failure"]>} failure */
function makeFailure(failure) {
  const root = element("div", "snf-failure");
  const what = element("p", "snf-exception");
  what.append(element("strong", "", failure.type), failure.message ? `: ${failure.message}` : "");
  root.append(what);
  if (failure.place) {
    const place = element("p", "snf-place", `at ${failure.place}`);
    if (failure.source) place.append(" ", element("code", "snf-source", failure.source));
    root.append(place);
  }
  /** @type {[string, string][]} */
  const texts = [["Traceback", failure.traceback]];
  if (failure.full) texts.push(["Full traceback", failure.full]);
  for (const [title, text] of texts) {
    const details = element("details", "snf-traceback");
    details.append(element("summary", "", title), element("pre", "", text));
    root.append(details);
  }
  return root;
}

/** @param {{ model: FormModel, el: HTMLElement }} context */
function render({ model, el }) {
  const uid = `snf-${Math.random().toString(36).slice(2)}`;
  /** @type {string} */
  const task = model.get("task_name");
  const root = element("div", "shimnb shimnb-form");
  root.dataset.lmSuppressShortcuts = "true";
  const form = document.createElement("form");
  form.noValidate = true;
  // Two forms of a task on one page are told apart by a number.
  const others = document.querySelectorAll(`.shimnb-form[data-task="${CSS.escape(task)}"]`).length;
  root.dataset.task = task;
  form.setAttribute("aria-label", `Inputs of ${task}${others ? ` (${others + 1})` : ""}`);
  const grid = element("div", "snf-fields");
  const actions = element("div", "snf-actions");
  const run = makeButton("snf-run-button", "Run");
  run.type = "submit";
  run.title = "Run the task (Ctrl+Enter)";
  run.setAttribute("aria-keyshortcuts", "Control+Enter");
  const keys = element("kbd", "snf-keys", "Ctrl+Enter");
  keys.setAttribute("aria-hidden", "true");
  const status = element("span", "snf-status");
  status.setAttribute("role", "status");
  const clock = element("span", "snf-clock");
  clock.setAttribute("aria-hidden", "true");
  actions.append(run, keys, status, clock);
  form.append(grid, actions);
  const results = element("div", "snf-results");
  results.setAttribute("role", "group");
  results.setAttribute("aria-label", "Results");
  root.append(form, results);
  el.append(root);

  let seq = 0;
  let acked = 0;
  /** @type {Map<string, number>} */
  const sent = new Map();
  /** @type {Map<string, number>} */
  const timers = new Map();
  /** @type {FieldSpec[]} */
  const specs = model.get("fields");
  const fields = new Map(specs.map((spec) => [spec.name, makeField(spec, uid, (state, wait) => edited(spec.name, state, wait))]));
  for (const field of fields.values()) grid.append(field.root);
  if (fields.size === 0) grid.append(element("p", "snf-note", "This task takes no inputs."));

  /** @type {(name: string, state: FieldState, wait: boolean) => void} */
  function edited(name, state, wait) {
    window.clearTimeout(timers.get(name));
    timers.set(name, window.setTimeout(() => send(name, state), wait ? TYPING : 0));
  }

  /** @type {(name: string, state: FieldState) => void} */
  function send(name, state) {
    timers.delete(name);
    seq += 1;
    sent.set(name, seq);
    model.send({ kind: "edit", view: uid, seq, name, ...(state === undefined ? {} : { state }) });
  }

  let waiting = 0;
  function submit() {
    for (const [name, timer] of [...timers]) {
      window.clearTimeout(timer);
      send(name, fields.get(name)?.state());
    }
    model.send({ kind: "run", view: uid });
    // The kernel answers at once, unless a cell keeps it busy or it is gone.
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => (status.textContent = "Waiting for the kernel: it is busy, or gone."), 700);
  }

  /** @type {(states: States, errors: Record<string, string>) => void} */
  function show(states, errors) {
    for (const [name, field] of fields) {
      // What is being typed is newer than what Python knows.
      if (timers.has(name) || (sent.get(name) ?? 0) > acked) continue;
      const next = name in states ? states[name] : field.spec.default;
      if (next !== field.state()) field.set(next);
      field.fail(errors[name] ?? "");
    }
  }

  /** @type {Map<number, { resolve: (rows: import("./treeview.js").Row[]) => void, reject: (reason: Error) => void }>} */
  const requests = new Map();
  let lastRequest = 0;
  /** @type {(number: number, id: string, start: number) => Promise<import("./treeview.js").Row[]>} */
  const children = (number, id, start) =>
    new Promise((resolve, reject) => {
      lastRequest += 1;
      requests.set(lastRequest, { resolve, reject });
      model.send({ kind: "children", view: uid, request: lastRequest, number, id, start });
    });

  /** @type {Map<number, { show: (page: string) => void, fail: (error: string) => void }>} */
  const decks = new Map();
  // Who looks at a run's deck wants to see the next run's too.
  let deckOpen = false;
  /** @type {(spec: RunSpec) => HTMLElement | null} */
  function deckOf(spec) {
    if (!spec.decks?.length) return null;
    const ask = () => model.send({ kind: "deck", view: uid, number: spec.number });
    const deck = makeDeck(spec.number, spec.decks, ask, (open) => (deckOpen = open));
    decks.set(spec.number, deck);
    deck.root.open = deckOpen;
    return deck.root;
  }

  /** @type {Map<number, HTMLDetailsElement>} */
  const drawnRuns = new Map();
  /** @type {(spec: RunSpec, kept: number[]) => void} */
  function showRun(spec, kept) {
    if (!drawnRuns.has(spec.number)) {
      for (const drawn of drawnRuns.values()) drawn.open = false;
      const made = makeResult(spec, true, (id, start) => children(spec.number, id, start), deckOf(spec));
      drawnRuns.set(spec.number, made);
      // A run of an earlier version may end after one that was started later.
      const below = Math.max(0, ...[...drawnRuns.keys()].filter((number) => number < spec.number));
      results.insertBefore(made, drawnRuns.get(below) ?? null);
    }
    for (const [number, drawn] of [...drawnRuns]) {
      if (kept.includes(number)) continue;
      drawn.remove();
      drawnRuns.delete(number);
      decks.delete(number);
    }
  }

  let ticking = 0;
  /** @type {(text: string, running: boolean, state: string) => void} */
  function tell(text, running, state) {
    window.clearTimeout(waiting);
    status.textContent = text;
    status.dataset.state = state;
    run.setAttribute("aria-disabled", String(running));
    results.setAttribute("aria-busy", String(running));
    if (running && !ticking) {
      const begin = Date.now();
      ticking = window.setInterval(() => (clock.textContent = `${Math.round((Date.now() - begin) / 1000)} s`), 1000);
    } else if (!running) {
      window.clearInterval(ticking);
      ticking = 0;
      clock.textContent = "";
    }
  }

  /** @param {FormMessage} message */
  function onMessage(message) {
    if (message.kind === "state") {
      if (message.view === uid && message.seq !== undefined) acked = Math.max(acked, message.seq);
      show(message.states, message.errors);
    } else if (message.kind === "status") {
      tell(message.text, message.running, message.state);
    } else if (message.kind === "run") {
      showRun(message.run, message.kept);
    } else if (message.kind === "focus" && message.view === uid) {
      fields.get(message.name)?.control.focus();
    } else if (message.kind === "deck" && message.view === uid) {
      if (message.page) decks.get(message.number)?.show(message.page);
      else decks.get(message.number)?.fail(message.error ?? "This deck is not there any more.");
    } else if (message.kind === "children" && message.view === uid) {
      const request = requests.get(message.request);
      requests.delete(message.request);
      if (message.rows) request?.resolve(message.rows);
      else request?.reject(new Error(message.error ?? "These rows are not there any more."));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  root.addEventListener("keydown", (event) => {
    // The notebook has a meaning for nearly every key: inside of the form they are the form's.
    event.stopPropagation();
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      submit();
    } else if (event.target instanceof HTMLInputElement && event.target.type === "text") {
      // A run may take long: Enter alone does not start one.
      event.preventDefault();
    }
  });

  model.on("msg:custom", onMessage);
  show(model.get("states"), model.get("shown"));
  model.send({ kind: "hello", view: uid });

  return () => {
    model.off("msg:custom", onMessage);
    window.clearInterval(ticking);
    window.clearTimeout(waiting);
    for (const timer of timers.values()) window.clearTimeout(timer);
    root.remove();
  };
}

export default { render };
