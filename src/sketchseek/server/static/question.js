/**
 * What is asked beside the strokes: pictures to be like or unlike, uploads, how much each counts, and filters.
 * Each part has a weight from -1 to 1; the drawing's own goes from 0 to 1.
 */

const MORE = 0.7;
const LESS = -0.4;
const MOST = 15; // parts that the server takes beside the drawing

export class Question extends EventTarget {
  parts = []; // {kind, id, weight, name, image, what}
  filters = {};
  drawingWeight = 1;

  get isEmpty() {
    return this.parts.length === 0;
  }

  /** More like a picture that was found, or less. */
  like(hit, more) {
    this.#add({
      kind: "picture",
      id: hit.id,
      weight: more ? MORE : LESS,
      name: hit.name,
      image: hit.thumbnail,
      what: more ? "more like" : "less like",
    });
  }

  /** Something that was uploaded: a "drawing" on paper or a "photo". */
  add({ id, preview }, file, what) {
    this.#add({ kind: "upload", id, weight: what === "drawing" ? 1 : MORE, name: file.name || "pasted", image: preview, what, file });
  }

  remove(part) {
    this.parts = this.parts.filter((each) => each !== part);
    if (this.isEmpty) this.drawingWeight = 1;
    this.#changed(true);
  }

  weigh(part, weight) {
    if (part) part.weight = weight;
    else this.drawingWeight = weight;
    this.#changed(false);
  }

  filter(filters) {
    this.filters = filters;
    this.#changed(false);
  }

  clear() {
    if (this.isEmpty) return;
    this.parts = [];
    this.drawingWeight = 1;
    this.#changed(true);
  }

  /** As the server takes it. A part that counts nothing is left out. */
  body(strokes, k, offset) {
    const drawn = strokes.length ? [{ kind: "sketch", strokes, weight: this.drawingWeight }] : [];
    const others = this.parts.map(({ kind, id, weight }) => ({ kind, id, weight }));
    return { parts: [...drawn, ...others].filter(({ weight }) => weight !== 0), filters: this.filters, k, offset };
  }

  #add(part) {
    const same = (each) => each.kind === part.kind && each.id === part.id;
    this.parts = [...this.parts.filter((each) => !same(each)), part].slice(-MOST);
    this.#changed(true);
  }

  /** @param parts whether there are others, not only other weights */
  #changed(parts) {
    this.dispatchEvent(new CustomEvent("change", { detail: { parts } }));
  }
}
