// Sends files to the kernel, a chunk at a time, each one answered before the next goes: no message is large, and the
// kernel is never flooded.
import { makeButton, makeLink } from "./button.js";
import { element, sizeWords } from "./dom.js";

const CHUNK_BYTES = 512 * 1024;

/**
 * @typedef {object} UploadOptions
 * @property {string[]} at Where the upload goes.
 * @property {File[]} files
 * @property {boolean} folder
 * @property {(content: object, buffers?: ArrayBuffer[]) => Promise<any>} ask
 * @property {(content: object) => void} send
 * @property {(received: number, total: number) => void} progress
 */

/**
 * Uploads files. `done` gives an error in words; it is empty when all went well, and when it was cancelled.
 * @param {UploadOptions} options
 */
function startUpload({ at, files, folder, ask, send, progress }) {
  const token = `u${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let cancelled = false;

  async function run() {
    const told = files.map((file) => ({ path: file.webkitRelativePath || file.name, size: file.size }));
    const name = folder ? (told[0]?.path.split("/")[0] ?? "") : (files[0]?.name ?? "");
    let answer = await ask({ kind: "upload:begin", token, at, name, folder, files: told });
    let received = 0;
    for (const [number, file] of files.entries()) {
      for (let offset = 0; offset < file.size && !answer.error && !cancelled; offset += CHUNK_BYTES) {
        const data = await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer();
        answer = await ask({ kind: "upload:chunk", token, file: number, offset }, [data]);
        received += data.byteLength;
        progress(received, total);
      }
    }
    if (cancelled) return "";
    if (!answer.error) answer = await ask({ kind: "upload:end", token, at });
    return /** @type {string} */ (answer.error ?? "");
  }

  return {
    done: run().catch((error) => (cancelled ? "" : `The upload failed: ${error instanceof Error ? error.message : error}`)),
    cancel() {
      cancelled = true;
      send({ kind: "upload:cancel", token });
    },
  };
}

/**
 * A button that uploads a file or a folder, and how far it is.
 * @param {import("./field.js").FormContext} ctx
 * @param {import("./controls.js").Place} place
 * @returns {HTMLElement[]}
 */
export function makeUpload(ctx, place) {
  const folder = ctx.shapes[place.shape].upload === "folder";
  const input = document.createElement("input");
  input.type = "file";
  input.hidden = true;
  input.webkitdirectory = folder;
  const accepts = { table: ".csv,.parquet", array: ".npy", file: "", folder: "" };
  input.accept = accepts[ctx.shapes[place.shape].upload ?? "file"];
  const button = makeButton("snf-small", "Upload");
  button.append(element("span", "snf-unseen", ` ${folder ? "a folder" : "a file"} as ${place.name}`));
  const going = element("span", "snf-upload");
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.setAttribute("aria-label", "Progress of the upload");
  const amount = element("span", "snf-upload-amount");
  const cancel = makeLink("cancel", `the upload for ${place.name}`);
  going.append(progress, amount, cancel);
  going.hidden = true;
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", async () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (!files.length) return;
    going.hidden = false;
    button.hidden = true;
    progress.value = 0;
    const upload = startUpload({
      at: place.at,
      files,
      folder,
      ask: ctx.ask,
      send: ctx.send,
      progress: (received, total) => {
        progress.value = total ? received / total : 1;
        amount.textContent = `${sizeWords(received)} of ${sizeWords(total)}`;
      },
    });
    cancel.onclick = () => {
      upload.cancel();
      ctx.announce(`The upload for ${place.name} is cancelled.`);
      end();
    };
    const error = await upload.done;
    end();
    if (error) ctx.announce(error, true);
    else if (button.isConnected) button.focus();
  });
  function end() {
    going.hidden = true;
    button.hidden = false;
    amount.textContent = "";
  }
  return [button, input, going];
}
