/** One picture, large: arrows go through the ranking, Esc closes; from here it can be asked with and copied. */

import * as api from "./api.js";
import { copy, copyPicture } from "./saving.js";

const $ = (name) => document.getElementById(`viewer-${name}`);
const ENLARGE = 2; // a small picture is shown at most this many times its size

export class Viewer {
  #dialog;
  #act;
  #hits = [];
  #index = 0;
  #full = null; // the picture itself, while the small copy may still be what is seen

  /** @param act {closed(index), more(hit), less(hit), pick(hit), picked(hit)} */
  constructor(dialog, act) {
    this.#dialog = dialog;
    this.#act = act;
    $("previous").addEventListener("click", () => this.#step(-1));
    $("next").addEventListener("click", () => this.#step(1));
    $("close").addEventListener("click", () => dialog.close());
    for (const kind of ["more", "less"]) {
      $(kind).addEventListener("click", () => {
        dialog.close();
        act[kind](this.#hit);
      });
    }
    $("pick").addEventListener("click", () => {
      act.pick(this.#hit);
      $("pick").ariaPressed = act.picked(this.#hit);
    });
    const copied = (what) => (done) => (done ? `${what} copied` : "The browser does not allow it");
    this.#button("copy", () => copy(this.#hit.path).then(copied("Path")));
    this.#button("copy-picture", () => copyPicture(this.#shown()).then(copied("Picture")));
    this.#button("show", () => api.show(this.#hit).then(() => "Shown in the file manager"));
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.classList.contains("viewer-stage")) dialog.close();
    });
    dialog.addEventListener("close", () => act.closed(this.#index));
  }

  get #hit() {
    return this.#hits[this.#index];
  }

  open(hits, index) {
    this.#hits = hits;
    api.status().then(({ shows_files }) => ($("show").hidden = !shows_files), () => {});
    this.#dialog.showModal();
    this.#show(index);
  }

  /** A button whose outcome is told beside it, until the next one or another picture. */
  #button(name, act) {
    $(name).addEventListener("click", async () => {
      $("told").textContent = await act().catch((error) => error.message);
    });
  }

  /** The picture itself, or its small copy where the browser cannot show it. */
  #shown() {
    const small = $("image");
    return this.#full.decode().then(() => this.#full, () => small);
  }

  #key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#step(step);
  }

  #step(by) {
    const index = this.#index + by;
    if (index >= 0 && index < this.#hits.length) this.#show(index);
  }

  #show(index) {
    const hit = this.#hits[index];
    this.#index = index;
    this.#picture(hit);
    this.#dialog.setAttribute("aria-label", hit.name);
    $("name").textContent = hit.name;
    $("folder").textContent = hit.folder;
    $("rank").textContent = `${index + 1} of ${this.#hits.length}`;
    $("facts").textContent = facts(hit);
    $("original").href = hit.original;
    $("told").textContent = "";
    $("pick").ariaPressed = this.#act.picked(hit);
    // Not `disabled`: a button that loses the focus would take the arrow keys with it.
    $("previous").ariaDisabled = index === 0;
    $("next").ariaDisabled = index === this.#hits.length - 1;
  }

  /** The thumbnail at once, the picture itself as soon as it is there. */
  #picture(hit) {
    const image = $("image");
    image.src = hit.thumbnail;
    image.alt = `Picture ${hit.name}`;
    image.style.maxWidth = `${hit.width * ENLARGE}px`;
    image.style.maxHeight = `${hit.height * ENLARGE}px`;
    const full = (this.#full = new Image());
    full.src = hit.original;
    full.decode().then(
      () => {
        if (this.#hit === hit) image.src = full.src;
      },
      () => {}, // gone, or a format this browser does not show: the thumbnail stays
    );
  }
}

/** What is known of a picture, in words. */
function facts({ width, height, taken, copies, score, strength }) {
  const sure = strength === null ? [] : [strength >= 1 ? "stands out" : "does not stand out", `strength ${strength.toFixed(2)}`];
  const twins = copies ? [`${copies} more ${copies === 1 ? "copy" : "copies"}`] : [];
  return [`${width} × ${height}`, taken.slice(0, 16), ...twins, ...sure, `similarity ${score.toFixed(3)}`].join(" · ");
}
