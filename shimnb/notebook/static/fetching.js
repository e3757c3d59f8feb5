// The rows that are not here yet: asked for by pages, several in one message, no page twice, and not at every step of a
// quick scroll. A kernel that is busy answers when it is done: what was asked is not asked again meanwhile.

import { Branch } from "./lines.js";

/** @typedef {import("./treeview.js").Row} Row */
/** @typedef {{ at: number[], start: number, count?: number, rows: Row[] }} Range */

const ASK_PAGE = 100;
const ASK_APART = 60; // ms between questions
const ASK_SLOW = 8000; // ms after which the waiting is told
const ASK_RANGES = 500; // in a message
const ASK_NUMBERS = 60_000; // in a message
const KEPT_PAGES = 400;

/**
 * @param {object} options
 * @param {(ranges: { at: number[], start: number, stop: number }[]) => Promise<Range[]>} options.ask
 * @param {(branch: Branch, range: Range) => void} options.take
 * @param {() => void} options.done Called after an answer was taken.
 * @param {(why: string) => void} options.say Called with what is wrong; with nothing, when it is right again.
 */
export function fetcher({ ask, take, done, say }) {
  /** @type {Map<string, { branch: Branch, start: number }>} */
  let wanted = new Map();
  /** @type {Set<string>} */
  const pending = new Set();
  /** @type {{ branch: Branch, start: number, stop: number }[]} */
  let kept = [];
  let timer = 0;
  let last = 0;
  let era = 0;

  /**
   * As many as a message may hold; far down, a place is a long list of numbers. The others are asked for again.
   * @param {[string, { branch: Branch, start: number }][]} pages
   */
  function some(pages) {
    let room = ASK_NUMBERS;
    return pages.slice(0, ASK_RANGES).filter(([, { branch }], index) => (room -= branch.level + 3) > 0 || index === 0);
  }

  async function send() {
    timer = 0;
    last = performance.now();
    const pages = some([...wanted.entries()]);
    wanted = new Map();
    if (pages.length === 0) return;
    const asked = pages.map(([, { branch, start }]) => ({ branch, start, stop: Math.min(branch.count, start + ASK_PAGE) }));
    for (const [key] of pages) pending.add(key);
    const mine = era;
    const slow = setTimeout(() => mine === era && say("The kernel does not answer; it may be busy. If it was restarted, run the cell again."), ASK_SLOW);
    try {
      const ranges = await ask(asked.map(({ branch, start, stop }) => ({ at: branch.at(), start, stop })));
      if (mine !== era) return;
      ranges.forEach((range, index) => {
        take(asked[index].branch, range);
        kept.push(asked[index]);
      });
      say(ranges.some((range) => range.rows.length === 0) ? "Some rows are not there any more." : "");
    } catch (reason) {
      if (mine === era) say(reason instanceof Error ? reason.message : String(reason));
      return;
    } finally {
      clearTimeout(slow);
      if (mine === era) for (const [key] of pages) pending.delete(key);
    }
    done();
  }

  return {
    /**
     * Ask for the page of a hole.
     * @param {Branch} branch
     * @param {number} place
     */
    want(branch, place) {
      const start = place - (place % ASK_PAGE);
      const key = `${branch.serial}.${start}`;
      if (!pending.has(key)) wanted.set(key, { branch, start });
    },
    /** Send what is wanted; what was wanted before and is not any more is forgotten. */
    flush() {
      if (wanted.size === 0 || timer) return;
      const wait = Math.max(0, last + ASK_APART - performance.now());
      timer = window.setTimeout(send, wait);
    },
    /** Forget what scrolled by before it was asked for. */
    begin() {
      wanted = new Map();
    },
    /**
     * Drop the oldest pages, but those in view.
     * @param {(branch: Branch, start: number, stop: number) => boolean} seen
     */
    prune(seen) {
      if (kept.length <= KEPT_PAGES) return;
      const old = kept.slice(0, kept.length - KEPT_PAGES / 2);
      const stays = old.filter(({ branch, start, stop }) => seen(branch, start, stop));
      for (const page of old) if (!stays.includes(page)) page.branch.drop(page.start, page.stop);
      kept = [...stays, ...kept.slice(old.length)];
    },
    /** Begin anew: answers to what was asked before count no more. */
    reset() {
      era += 1;
      wanted = new Map();
      pending.clear();
      kept = [];
      window.clearTimeout(timer);
      timer = 0;
    },
  };
}
