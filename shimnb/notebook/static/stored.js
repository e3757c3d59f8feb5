// A file or a folder of a run: an image, a table, a text or a page is looked at in place; everything can be saved.
import { makeLink } from "./button.js";
import { element } from "./dom.js";
import { drawMarkdown } from "./markdown.js";
import { makeTablePage } from "./table.js";

/** @typedef {(content: object) => Promise<any>} AskStored */

/**
 * What a file is, as runs/opening.py tells it.
 * @typedef {object} StoredSpec
 * @property {"image" | "table" | "markdown" | "page" | "text" | "binary" | "folder"} is
 * @property {string} name
 * @property {string} words Its size.
 * @property {number} size
 * @property {string} mime
 * @property {string} [text] Its beginning.
 * @property {boolean} [cut] Whether there is more of the text.
 * @property {string} [page] The HTML of a page.
 * @property {string} [note]
 * @property {string} [large] Why it cannot be saved from here.
 * @property {{ name: string, shown: string, size: number, words: string }[]} [files]
 * @property {boolean} [more]
 */

const KIND_WORDS = { image: "image", table: "table", markdown: "markdown", page: "page", text: "text", binary: "binary", folder: "folder" };

/**
 * @param {string} name The output's.
 * @param {string} uri Where it is.
 * @param {AskStored} ask
 * @param {string} [file] Of a folder, the file's name.
 */
export function makeStored(name, uri, ask, file) {
  const root = element("div", "snf-stored");
  const state = element("p", "snf-note", "Reading...");
  state.setAttribute("aria-live", "polite");
  root.append(state);
  const about = file === undefined ? ask : (/** @type {object} */ content) => ask({ ...content, file });
  about({ kind: "run:file" }).then(
    (/** @type {StoredSpec} */ spec) => root.replaceChildren(...(spec.is === "folder" ? drawFolder(name, uri, spec, ask) : drawFile(uri, spec, about))),
    (error) => (state.textContent = error.message),
  );
  return root;
}

/**
 * @param {string} uri
 * @param {StoredSpec} spec
 * @param {AskStored} ask
 * @returns {HTMLElement[]}
 */
function drawFile(uri, spec, ask) {
  const line = element("div", "snf-stored-line");
  const title = element("span", "snf-stored-name", spec.name);
  title.title = uri;
  line.append(title, " ", element("span", "snf-note", `${KIND_WORDS[spec.is]}, ${spec.words}`));
  if (spec.large) line.append(element("span", "snf-note", spec.large));
  else line.append(" ", makeDownload(spec, ask));
  const parts = [line];
  if (spec.note) parts.push(element("p", "snf-note", spec.note));
  if (spec.is === "image") parts.push(drawImage(spec, ask));
  else if (spec.is === "table") parts.push(makeTablePage(spec.name, (window) => ask({ kind: "run:table", ...window })));
  else if (spec.is === "page") parts.push(drawPage(spec));
  else if (spec.is === "markdown") parts.push(drawMarkdown(spec.text ?? ""));
  else if (spec.is === "text") parts.push(drawPeek(spec));
  if (spec.cut) parts.push(element("p", "snf-note", `The beginning of ${spec.words}; Download gives all of it.`));
  return parts;
}

/** @param {StoredSpec} spec */
function drawPeek(spec) {
  const text = element("pre", "snf-text", spec.text);
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", `Text of ${spec.name}`);
  return text;
}

/** A stranger's HTML, in a frame that runs no script and has no way to the notebook. @param {StoredSpec} spec */
function drawPage(spec) {
  const frame = document.createElement("iframe");
  // Before the page is put in: no script, no form, no window, an origin of its own.
  frame.setAttribute("sandbox", "");
  frame.referrerPolicy = "no-referrer";
  frame.title = spec.name;
  frame.className = "snf-deck-frame";
  frame.srcdoc = spec.page ?? "";
  return frame;
}

/**
 * @param {StoredSpec} spec
 * @param {AskStored} ask
 */
function drawImage(spec, ask) {
  const place = element("div", "snf-image");
  const state = element("p", "snf-note", "Reading...");
  place.append(state);
  fetchParts(ask, () => true, (share) => (state.textContent = `Reading ${share} %`)).then(
    (parts) => {
      const image = document.createElement("img");
      image.alt = spec.name;
      image.className = "snf-picture";
      image.addEventListener("error", () => place.replaceChildren(element("p", "snf-note", "The image cannot be shown: it is damaged, or this browser does not know its kind.")));
      image.addEventListener("load", () => {
        if (image.naturalWidth) image.title = `${spec.name}, ${image.naturalWidth} x ${image.naturalHeight} pixels`;
      });
      // In an image's place an SVG runs no script and loads nothing.
      image.src = `data:${spec.mime};base64,${parts.join("")}`;
      place.replaceChildren(image);
    },
    (error) => (state.textContent = error.message),
  );
  return place;
}

/**
 * Fetches a file's bytes, in parts of base64.
 * @param {AskStored} ask
 * @param {() => boolean} goesOn
 * @param {(share: number) => void} tell
 */
async function fetchParts(ask, goesOn, tell) {
  /** @type {string[]} */
  const parts = [];
  /** @type {number | null} */
  let next = 0;
  while (next !== null && goesOn()) {
    const answer = await ask({ kind: "run:bytes", start: next });
    parts.push(answer.data);
    next = answer.next;
    if (next !== null) tell(Math.floor((100 * next) / answer.total));
  }
  return parts;
}

/**
 * @param {StoredSpec} spec
 * @param {AskStored} ask
 */
function makeDownload(spec, ask) {
  const button = makeLink("Download", spec.name);
  const [word] = button.childNodes;
  let going = false;
  button.addEventListener("click", async () => {
    if (going) {
      going = false;
      return;
    }
    going = true;
    try {
      const parts = await fetchParts(ask, () => going, (share) => (word.textContent = `Cancel, at ${share} %`));
      if (going) saveParts(spec.name, parts);
      word.textContent = "Download";
    } catch (error) {
      word.textContent = "Download";
      button.title = error instanceof Error ? error.message : String(error);
      button.after(element("span", "snf-note", button.title));
    }
    going = false;
  });
  return button;
}

/**
 * @param {string} name
 * @param {string[]} parts
 */
function saveParts(name, parts) {
  const bytes = parts.map((part) => Uint8Array.from(atob(part), (char) => char.charCodeAt(0)));
  const link = document.createElement("a");
  link.download = name;
  // As bytes of no type: opened by mistake, it is no page of the notebook's own origin.
  link.href = URL.createObjectURL(new Blob(bytes, { type: "application/octet-stream" }));
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * @param {string} name
 * @param {string} uri
 * @param {StoredSpec} spec
 * @param {AskStored} ask
 * @returns {HTMLElement[]}
 */
function drawFolder(name, uri, spec, ask) {
  const files = spec.files ?? [];
  const many = `${files.length.toLocaleString("en")}${spec.more ? " or more" : ""} ${files.length === 1 && !spec.more ? "file" : "files"}`;
  const line = element("p", "snf-note", files.length ? `${many}, ${spec.words}` : "The folder is empty.");
  line.title = uri;
  const list = element("ul", "snf-files");
  list.setAttribute("aria-label", `Files of ${name}`);
  for (const file of files) {
    const item = element("li", "snf-file");
    const open = makeLink(file.shown, `, ${file.words}`);
    open.setAttribute("aria-expanded", "false");
    const place = element("div", "snf-file-place");
    open.addEventListener("click", () => {
      const opened = place.childElementCount === 0;
      open.setAttribute("aria-expanded", String(opened));
      place.replaceChildren(...(opened ? [makeStored(file.shown, uri, ask, file.name)] : []));
    });
    const size = element("span", "snf-note", file.words);
    size.setAttribute("aria-hidden", "true");
    item.append(open, " ", size, place);
    list.append(item);
  }
  return [line, list];
}
