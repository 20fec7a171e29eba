/** One picture, large: arrows go through the ranking, Esc closes. */

const $ = (name) => document.getElementById(`viewer-${name}`);
const ENLARGE = 2; // a small picture is shown at most this many times its size

export class Viewer {
  #dialog;
  #hits = [];
  #index = 0;

  /** @param closed (index) => void, with the picture shown last */
  constructor(dialog, closed) {
    this.#dialog = dialog;
    $("previous").addEventListener("click", () => this.#step(-1));
    $("next").addEventListener("click", () => this.#step(1));
    $("close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.classList.contains("viewer-stage")) dialog.close();
    });
    dialog.addEventListener("close", () => closed(this.#index));
  }

  open(hits, index) {
    this.#hits = hits;
    this.#dialog.showModal();
    this.#show(index);
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
    $("facts").textContent = `${hit.width} × ${hit.height} · similarity ${hit.score.toFixed(3)}`;
    $("original").href = hit.original;
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
    const full = new Image();
    full.src = hit.original;
    full.decode().then(
      () => {
        if (this.#hits[this.#index] === hit) image.src = full.src;
      },
      () => {}, // gone, or a format this browser does not show: the thumbnail stays
    );
  }
}
