/**
 * The drawing: strokes, what a gesture is just making of them, and the way back and forth.
 *
 * A stroke is [xs, ys, ts]: x and y on a square of SIDE units, y downward, t in milliseconds since the
 * first point. It is the form the search takes, so nothing is converted on the way. A finished stroke
 * never changes; a step of history is therefore one short array of shared strokes.
 */

export const SIDE = 1000;
const CLOSER_THAN = 2; // units; nearer points add bytes and no shape

export class Drawing extends EventTarget {
  #strokes = [];
  #past = [];
  #future = [];
  #draft = null; // all strokes as a gesture under way has them
  #live = null; // the growing one among them

  /** Every stroke, the growing one last. */
  get strokes() {
    return this.#draft ?? this.#strokes;
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  /** Whether a gesture is under way. */
  get isGrowing() {
    return this.#draft !== null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** The time of the last point, in milliseconds of this drawing's clock. */
  get end() {
    return Math.max(0, ...this.strokes.map(([, , ts]) => ts.at(-1) ?? 0));
  }

  begin(x, y, t) {
    this.finish();
    this.#live = [[], [], []];
    this.#push(x, y, t);
    this.#draft = [...this.#strokes, this.#live];
    this.#changed({ grown: true });
  }

  extend(points) {
    if (!this.#live) return;
    const before = this.#live[0].length;
    for (const [x, y, t] of points) this.#push(x, y, t);
    if (this.#live[0].length > before) this.#changed({ grown: true });
  }

  /** Show other strokes while a gesture lasts: erased, moved, scaled. */
  try(strokes) {
    this.#live = null;
    this.#draft = strokes;
    this.#changed();
  }

  /** The gesture is over: what it made is a step. */
  finish() {
    if (this.#draft) this.replace(this.#draft, true);
  }

  /** Drop what a gesture made: the system took the pointer away (a palm, a gesture of its own). */
  cancel() {
    if (!this.#draft) return;
    this.#live = this.#draft = null;
    this.#changed();
  }

  /** Other strokes, as one step. @param drawn whether a gesture made them */
  replace(strokes, drawn = false) {
    this.#live = this.#draft = null;
    this.#past.push(this.#strokes);
    this.#future = [];
    this.#strokes = strokes;
    this.#changed({ drawn });
  }

  clear() {
    this.cancel();
    if (this.#strokes.length) this.replace([]);
  }

  undo() {
    this.#travel(this.#past, this.#future);
  }

  redo() {
    this.#travel(this.#future, this.#past);
  }

  /** Take up saved strokes; undo then takes them back one by one. */
  load(strokes) {
    this.#live = this.#draft = null;
    this.#past = strokes.map((_, count) => strokes.slice(0, count));
    this.#future = [];
    this.#strokes = strokes;
    this.#changed();
  }

  #travel(from, to) {
    this.cancel();
    if (!from.length) return;
    to.push(this.#strokes);
    this.#strokes = from.pop();
    this.#changed();
  }

  #push(x, y, t) {
    const [xs, ys, ts] = this.#live;
    const near = xs.length && Math.hypot(x - xs.at(-1), y - ys.at(-1)) < CLOSER_THAN;
    if (near) return;
    xs.push(round(x));
    ys.push(round(y));
    ts.push(Math.round(t));
  }

  /** @param what {grown: a stroke has only become longer, drawn: a gesture has ended} */
  #changed({ grown = false, drawn = false } = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail: { grown, drawn } }));
  }
}

const round = (value) => Math.round(Math.min(SIDE, Math.max(0, value)) * 10) / 10;
