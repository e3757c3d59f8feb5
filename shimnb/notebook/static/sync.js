// What a view knows of what was put into a form, and what it has sent of it. What is being typed is newer than what
// Python knows: its answer counts once it has seen all that was sent.

/**
 * What was put into a place; see states.py.
 * @typedef {object} FormNode
 * @property {string} mode
 * @property {string} [text]
 * @property {Record<string, FormNode>} [fields]
 * @property {{ id: string, node: FormNode | null }[]} [items]
 * @property {{ id: string, key: string, node: FormNode | null }[]} [entries]
 * @property {number} [variant]
 * @property {Record<string, FormNode>} [variants]
 * @property {string} [json]
 * @property {string} [var]
 * @property {boolean} [kept]
 * @property {{ token: string, name: string, size: number, files: number }} [upload]
 * @property {{ token: string, words: string }} [given]
 */

/** @typedef {{ kind: "state", nodes?: Record<string, FormNode | null>, errors: Record<string, [string[], string][]>, view?: string, seq?: number, late?: [string, string, FormNode][] }} StateMessage */

const TYPING = 250; // ms without a key after which what was typed is sent
const SEPARATOR = "\u0000";

/** @param {FormNode | undefined} node */
export function modeOf(node) {
  return node?.mode ?? "unset";
}

/** @param {string[]} at */
function keyOf(at) {
  return at.join(SEPARATOR);
}

/**
 * The states of a form, as one view sees them.
 * @param {{ uid: string, send: (content: object, buffers?: ArrayBuffer[]) => void, changed: () => void }} options
 */
export function makeStates({ uid, send, changed }) {
  /** @type {Record<string, FormNode>} */
  const nodes = {};
  /** @type {Map<string, Map<string, string>>} */
  const errors = new Map();
  /** @type {Map<string, string[]>} */
  const pending = new Map();
  /** @type {Map<string, number>} */
  const sent = new Map();
  let seq = 0;
  let acked = 0;
  let timer = 0;

  /** @param {string[]} at @returns {FormNode | undefined} */
  function lookUp(at) {
    /** @type {FormNode | null | undefined} */
    let node = nodes[at[0]];
    for (const part of at.slice(1)) {
      if (!node) return undefined;
      /** @type {{ id: string, node: FormNode | null }[]} */
      const parts = node.items ?? node.entries ?? [];
      const inside = parts.find((each) => each.id === part);
      node = inside ? inside.node : (node.fields?.[part] ?? node.variants?.[part]);
    }
    return node ?? undefined;
  }

  /**
   * Sends a message that changes an input, with a number that Python gives back.
   * @param {string} name
   * @param {object} content
   */
  function post(name, content) {
    seq += 1;
    sent.set(name, seq);
    send({ ...content, view: uid, seq });
  }

  function flush() {
    window.clearTimeout(timer);
    timer = 0;
    const waiting = [...pending.values()];
    pending.clear();
    for (const at of waiting) {
      // What stands above it has it in it.
      const within = waiting.some((other) => other !== at && other.length < at.length && other.every((part, i) => part === at[i]));
      if (within) continue;
      const node = lookUp(at);
      post(at[0], { kind: "edit", at, ...(node === undefined ? {} : { node }) });
    }
  }

  /**
   * Notes a change, to be sent.
   * @param {string[]} at
   * @param {boolean} wait Until nothing was typed for a moment.
   */
  function note(at, wait) {
    pending.set(keyOf(at), at);
    window.clearTimeout(timer);
    timer = window.setTimeout(flush, wait ? TYPING : 0);
  }

  /** @param {StateMessage} message */
  function receive(message) {
    if (message.view === uid && message.seq !== undefined) acked = Math.max(acked, message.seq);
    const busy = new Set([...pending.values()].map((at) => at[0]));
    for (const [name, number] of sent) if (number > acked) busy.add(name);
    for (const [name, node] of Object.entries(message.nodes ?? {})) {
      if (busy.has(name)) continue;
      if (node) nodes[name] = node;
      else delete nodes[name];
    }
    for (const [name, told] of Object.entries(message.errors)) {
      if (!busy.has(name)) errors.set(name, new Map(told.map(([at, words]) => [keyOf(at), words])));
    }
    changed();
  }

  return {
    nodes,
    lookUp,
    note,
    flush,
    post,
    receive,
    /** What is wrong at an address, in words. @param {string[]} at */
    errorAt: (at) => errors.get(at[0])?.get(keyOf(at)) ?? "",
    /** How many errors there are below an address. @param {string[]} at */
    errorsBelow(at) {
      const prefix = keyOf(at) + SEPARATOR;
      let count = 0;
      for (const key of errors.get(at[0])?.keys() ?? []) if (key.startsWith(prefix)) count += 1;
      return count;
    },
    dispose: () => window.clearTimeout(timer),
  };
}
