/**
 * The drawing: strokes, one of them perhaps still growing, and the way back.
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
  #live = null;

  /** Every stroke, the growing one last. */
  get strokes() {
    return this.#live ? [...this.#strokes, this.#live] : this.#strokes;
  }

  get isEmpty() {
    return this.#strokes.length === 0 && this.#live === null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** The time of the last point, in milliseconds of this drawing's clock. */
  get end() {
    return Math.max(0, ...this.strokes.map(([, , ts]) => ts.at(-1) ?? 0));
  }

  begin(x, y, t) {
    this.finish();
    this.#live = [[], [], []];
    this.#push(x, y, t);
    this.#changed();
  }

  extend(points) {
    if (!this.#live) return;
    const before = this.#live[0].length;
    for (const [x, y, t] of points) this.#push(x, y, t);
    if (this.#live[0].length > before) this.#changed();
  }

  finish() {
    if (!this.#live) return;
    const stroke = this.#live;
    this.#live = null;
    this.#step([...this.#strokes, stroke]);
  }

  /** Drop the growing stroke: the system took the pointer away (a palm, a gesture). */
  cancel() {
    if (!this.#live) return;
    this.#live = null;
    this.#changed();
  }

  clear() {
    this.cancel();
    if (this.#strokes.length) this.#step([]);
  }

  undo() {
    this.cancel();
    if (!this.#past.length) return;
    this.#strokes = this.#past.pop();
    this.#changed();
  }

  /** Take up saved strokes; undo then takes them back one by one. */
  load(strokes) {
    this.#live = null;
    this.#past = strokes.map((_, count) => strokes.slice(0, count));
    this.#strokes = strokes;
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

  #step(strokes) {
    this.#past.push(this.#strokes);
    this.#strokes = strokes;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const round = (value) => Math.round(Math.min(SIDE, Math.max(0, value)) * 10) / 10;
