/**
 * What is asked beside the strokes: words, pictures to be like or unlike, uploads, how much each counts, how alike, and
 * filters.
 * Each part has a weight from -1 to 1; the drawing's own goes from 0 to 1. A picture's number means something
 * in its own library only, so a part names that too.
 */

const MORE = 0.7;
const LESS = -0.4;
const MOST = 15; // parts that the server takes beside the drawing
const GRAINS = /^(category|look|exact)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const FILTERS = { folder: /./s, after: DAY, before: DAY, orientation: /^(landscape|portrait|square)$/ };

export class Question extends EventTarget {
  parts = []; // {kind, id, weight, name, image, what}; of a picture also library, of an upload perhaps file; of words text, no id or image
  filters = {};
  drawingWeight = 1;
  grain = null; // how alike, as it was chosen; null: as the model does
  library = null; // whose pictures are in sight
  #offered = []; // grains of the server's model, from coarse to fine
  #asked = []; // the parts as they were asked last; null for the drawing

  get isEmpty() {
    return this.parts.length === 0;
  }

  /** More like a picture that was found, or less. */
  like(hit, more) {
    this.#add({
      kind: "picture",
      id: hit.id,
      library: this.library,
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

  /** What is looked for, in words. */
  say(text) {
    this.#add(wordsOf(text, 1));
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

  /** How alike the pictures shall be, of what is offered. */
  choose(grain) {
    this.grain = grain;
    this.#changed(false);
  }

  /** What can be chosen now; what was chosen for another model waits until it is offered again. */
  offer(grains) {
    const before = this.asksFor;
    this.#offered = grains;
    if (this.grain && this.asksFor !== before) this.#changed(false);
  }

  /** How alike, as the model can tell. */
  get asksFor() {
    return this.#offered.includes(this.grain) ? this.grain : this.#offered.at(-1);
  }

  /** Of what the server says is not there, the uploads whose files this page still has. */
  held({ parts }) {
    return parts.map((place) => this.#asked[place]).filter((part) => part?.file);
  }

  /** An upload that the server has taken again, under another id. */
  renew(part, { id, preview }) {
    Object.assign(part, { id, image: preview });
    this.#changed(true);
  }

  /** Take out the rest of what the server says is not there; returns what that was, in words. */
  drop({ parts, filters }) {
    const lost = parts.map((place) => this.#asked[place]).filter((part) => part && !part.file);
    const why = { upload: "which the server has forgotten (open it again)", picture: "which is not in this library", words: "which the model does not know" };
    const told = lost.map(({ kind, what, name }) => `${what} ${name}, ${why[kind]}`);
    this.parts = this.parts.filter((part) => !lost.includes(part));
    if (this.isEmpty) this.drawingWeight = 1;
    for (const name of filters) {
      told.push(`the filter by ${name}, which no picture passes any more`);
      this.filters = Object.fromEntries(Object.entries(this.filters).filter(([each]) => each !== name));
    }
    if (told.length) this.#changed(true);
    return told;
  }

  /** Learn the names of pictures that came by number; @param picture async (id) => what is known of one */
  async name(picture) {
    const nameless = this.parts.filter(({ kind, id, library, name }) => kind === "picture" && library === this.library && name === unnamed(id));
    if (!nameless.length) return;
    await Promise.all(nameless.map(async (part) => (part.name = (await picture(part.id).catch(() => part)).name)));
    this.dispatchEvent(new CustomEvent("named"));
  }

  /** All of it, to be kept: what JSON can hold. */
  get record() {
    const parts = this.parts.map(({ file, ...part }) => part);
    return { parts, filters: this.filters, drawingWeight: this.drawingWeight, grain: this.grain };
  }

  /** Take up what was kept; what is no part or filter is passed over. */
  load({ parts, filters, drawingWeight, grain }) {
    this.parts = (Array.isArray(parts) ? parts : []).filter(isPart).slice(-MOST);
    this.filters = Object.fromEntries(Object.entries(filters ?? {}).filter(isFilter));
    this.drawingWeight = drawingWeight >= 0 && drawingWeight <= 1 && !this.isEmpty ? drawingWeight : 1;
    this.grain = GRAINS.test(grain) ? grain : null;
    this.#changed(true);
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
    const others = this.parts.map(({ kind, id, text, library, weight }) => ({ kind, id, text, library, weight }));
    const counts = ({ weight }) => weight !== 0;
    this.#asked = [...drawn.filter(counts).map(() => null), ...this.parts.filter(counts)];
    return { parts: [...drawn, ...others].filter(counts), filters: this.filters, grain: this.asksFor, k, offset };
  }

  #add(part) {
    const same = (each) => each.kind === part.kind && each.id === part.id && each.text === part.text;
    this.parts = [...this.parts.filter((each) => !same(each)), part].slice(-MOST);
    this.#changed(true);
  }

  /** @param parts whether there are others, not only other weights */
  #changed(parts) {
    this.dispatchEvent(new CustomEvent("change", { detail: { parts } }));
  }
}

const unnamed = (id) => `picture ${id}`;

/** A picture of a library that was kept by its number alone. */
export const pictureOf = (library, id, weight) => ({
  kind: "picture",
  id,
  library,
  weight,
  name: unnamed(id),
  image: `/api/thumbnails/${id}?edition=${library}`,
  what: weight < 0 ? "less like" : "more like",
});

/** Words, as they were typed. */
export const wordsOf = (text, weight) => ({ kind: "words", text, weight, name: `“${text}”`, what: "the words" });

const isFilter = ([name, value]) => Object.hasOwn(FILTERS, name) && typeof value === "string" && FILTERS[name].test(value);

function isPart(part) {
  const { kind, id, text, library, weight, name, image, what } = part ?? {};
  const shown = () => typeof image === "string" && /^(data:image\/|\/api\/thumbnails\/)/.test(image);
  const known = {
    picture: () => Number.isSafeInteger(id) && id >= 0 && /^[0-9a-f]{1,64}$/.test(library) && shown(),
    upload: () => /^[0-9a-f]{32}$/.test(id) && shown(),
    words: () => typeof text === "string" && text.length > 0 && text.length <= 100,
  };
  const told = [name, what].every((each) => typeof each === "string");
  return Object.hasOwn(known, kind) && known[kind]() && told && Math.abs(weight) <= 1;
}
