/** Files from the user: picked, dropped or pasted. Drawings go onto the paper, photos into the question. */

import * as api from "./api.js";
import { $, isField } from "./dom.js";
import { SIDE } from "./drawing.js";
import { fitted, isStroke } from "./shapes.js";

const SOON = 400; // ms before it is told that a file is being read

export class Files {
  #drawing;
  #question;
  #tell;
  #renewed = new Set(); // parts that are on their way to the server again

  /** @param tell (text, how) => void, with what is wrong or going on; "" when it is over */
  constructor(drawing, question, tell) {
    this.#drawing = drawing;
    this.#question = question;
    this.#tell = tell;
    for (const [id, kind] of [["open-drawing", "drawing"], ["open-paper", "drawing"], ["open-photo", "photo"]]) {
      $(id).addEventListener("change", (event) => {
        for (const file of event.target.files) this.take(file, kind);
        event.target.value = ""; // the same file may be picked again
      });
    }
    addEventListener("paste", (event) => this.#pasted(event));
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      addEventListener(name, (event) => this.#dragged(event));
    }
  }

  /** @param kind "drawing" or "photo" */
  async take(file, kind) {
    try {
      const own = kind === "drawing" && (await ownStrokes(file));
      if (own) return this.#drawing.replace(own);
      const patience = setTimeout(() => this.#tell(`Reading ${file.name || "the picture"} …`, { calm: true }), SOON);
      const received = await api.upload(file, kind).finally(() => clearTimeout(patience));
      this.#tell("");
      if (received.strokes) this.#drawing.replace(fitted(received.strokes));
      else this.#question.add(received, file, kind);
    } catch (error) {
      this.#tell(error.message, { lasts: true });
    }
  }

  /** Upload again what the server has forgotten; what cannot be is left out of the question, and told. */
  async renew(part) {
    if (this.#renewed.has(part)) return;
    this.#renewed.add(part);
    try {
      this.#question.renew(part, await api.upload(part.file, part.what));
    } catch (error) {
      this.#question.remove(part);
      this.#tell(`Left out of the question: ${part.what} ${part.name}. ${error.message}`, { lasts: true });
    } finally {
      this.#renewed.delete(part);
    }
  }

  #pasted(event) {
    if (isField(event.target)) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text/plain").trim();
    if (file) this.take(file, "drawing");
    else if (/^[<{[]/.test(text)) this.take(new File([text], "pasted drawing"), "drawing");
    else return;
    event.preventDefault();
  }

  /** Over the paper a file is a drawing, elsewhere a photo; both places show themselves while it is carried. */
  #dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const over = event.target.closest?.(".desk") ? "drawing" : "photo";
    const left = event.type === "drop" || (event.type === "dragleave" && !event.relatedTarget);
    document.body.dataset.drop = left ? "" : over;
    if (event.type === "drop") for (const file of event.dataTransfer.files) this.take(file, over);
  }
}

/** The strokes of a file that this page saved, where they lay; null of any other. */
async function ownStrokes(file) {
  if (file.size > 2_000_000 || file.type.startsWith("image/")) return null;
  try {
    const { drawing, side } = JSON.parse(await file.text());
    return side === SIDE && drawing.length && drawing.every(isStroke) ? drawing : null;
  } catch {
    return null;
  }
}
