// What a run printed and displayed, in order: while it goes on, and at its end. Text is text; an image is an image; HTML
// of a stranger is shown in a frame that runs no script and has no way to the notebook.
import { element } from "./dom.js";

/** @typedef {[string, string]} Part A stream and a text; of the stream "display", the number of what was displayed. */
/** @typedef {{ display: string, mime?: string, data?: string, plain?: string, error?: string }} DisplaySpec */

const PRINTED_HEAD = 32 * 1024; // characters that stay at the beginning
const PRINTED_TAIL = 64 * 1024; // and at the end

/**
 * @param {number} number The run's.
 * @param {(display: string) => void} ask Asks for what was displayed; `show` is the answer.
 */
export function makePrinted(number, ask) {
  const root = element("div", "snf-print");
  root.hidden = true;
  const caption = element("p", "snf-caption", "Printed");
  const printed = element("div", "snf-printed");
  printed.setAttribute("role", "region");
  printed.setAttribute("aria-label", `Output of run ${number}`);
  printed.tabIndex = 0;
  const line = element("span", "snf-line");
  root.append(caption, printed);

  let size = 0;
  let cut = 0;
  let atEnd = false;
  /** @type {HTMLElement | null} */
  let gap = null;
  /** @type {Map<string, HTMLElement>} */
  const places = new Map();

  /** @type {(stream: string, text: string) => void} */
  function add(stream, text) {
    if (stream === "display") {
      const known = places.get(text);
      const place = known ?? element("div", "snf-display");
      if (!known) printed.insertBefore(place, line.parentNode ? line : null);
      places.set(text, place);
      ask(text);
      return;
    }
    const last = line.parentNode ? line.previousSibling : printed.lastChild;
    if (last instanceof HTMLElement && last.dataset.stream === stream && (last.textContent ?? "").length < 4096) {
      last.append(text);
    } else {
      const span = element("span", `snf-${stream}`, text);
      span.dataset.stream = stream;
      printed.insertBefore(span, line.parentNode ? line : null);
    }
    size += text.length;
  }

  /** Takes out of the middle what is too much for a page. */
  function trim() {
    let head = 0;
    /** @type {Element | null} */
    let next = printed.firstElementChild;
    while (next && head < PRINTED_HEAD && next !== gap) {
      head += (next.textContent ?? "").length;
      next = next.nextElementSibling;
    }
    if (next === gap && gap) next = gap.nextElementSibling;
    while (next && next !== line && size > PRINTED_HEAD + PRINTED_TAIL) {
      const gone = next;
      next = next.nextElementSibling;
      const length = (gone.textContent ?? "").length;
      size -= length;
      cut += length;
      gone.remove();
    }
    if (cut) tellGap(next);
  }

  /** @param {Element | null} before */
  function tellGap(before) {
    if (!gap) {
      gap = element("span", "snf-note");
      printed.insertBefore(gap, before);
    }
    gap.textContent = `\n[... ${cut.toLocaleString("en")} characters passed by ...]\n`;
  }

  return {
    root,
    /** @type {(parts: Part[]) => void} Show all of it, in place of what was shown. */
    set(parts) {
      printed.replaceChildren();
      places.clear();
      size = cut = 0;
      gap = null;
      for (const [stream, text] of parts) add(stream, text);
      root.hidden = parts.length === 0;
    },
    /** @type {(parts: Part[], skipped: number, last: string) => void} Show what came since. */
    more(parts, skipped, last) {
      atEnd = printed.scrollHeight - printed.scrollTop - printed.clientHeight < 24;
      if (skipped) {
        cut += skipped;
        const until = line.parentNode ? line : null;
        if (!gap) tellGap(until);
      }
      for (const [stream, text] of parts) add(stream, text);
      if (size > PRINTED_HEAD + PRINTED_TAIL || cut) trim();
      line.textContent = last;
      if (last && !line.parentNode) printed.append(line);
      else if (!last) line.remove();
      if (parts.length || last) root.hidden = false;
      if (atEnd) printed.scrollTop = printed.scrollHeight;
    },
    /** @type {(spec: DisplaySpec) => void} */
    show(spec) {
      places.get(spec.display)?.replaceChildren(makeDisplay(spec, number));
    },
  };
}

/**
 * @param {DisplaySpec} spec
 * @param {number} number
 */
function makeDisplay(spec, number) {
  const { mime = "", data = "", plain = "", error } = spec;
  if (error) return element("span", "snf-note", error);
  if (mime.startsWith("image/")) {
    const image = document.createElement("img");
    image.alt = plain || `Displayed by run ${number}`;
    image.className = "snf-picture";
    // In an image's place an SVG runs no script and loads nothing.
    image.src = mime === "image/svg+xml" ? `data:${mime};charset=utf-8,${encodeURIComponent(data)}` : `data:${mime};base64,${data}`;
    return image;
  }
  if (mime === "text/html") {
    const frame = document.createElement("iframe");
    // Before the page is put in: no script, no form, no window, an origin of its own.
    frame.setAttribute("sandbox", "");
    frame.referrerPolicy = "no-referrer";
    frame.title = `Displayed by run ${number}`;
    frame.className = "snf-frame";
    frame.srcdoc = data;
    return frame;
  }
  return element("span", "snf-stdout", data || plain);
}
