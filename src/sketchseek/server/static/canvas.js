/** The canvas: strokes in, ink out. Lines are of one width, whatever the pen: so is what models are taught on. */

import { SIDE } from "./drawing.js";

const LINE = 7; // units of the drawing's square
const BEND = 16; // units; what is searched has sharp corners, so what is seen may not stray far
const THINNEST = 2.5; // CSS pixels, so that a phone shows a line and not a hair

export class Canvas {
  #element;
  #drawing;
  #overlay;
  #paths = new WeakMap(); // stroke -> Path2D
  #frame = 0;

  /** @param overlay what paints above the ink and tells of its own changes */
  constructor(element, drawing, overlay) {
    this.#element = element;
    this.#drawing = drawing;
    this.#overlay = overlay;
    drawing.addEventListener("change", () => this.#repaint());
    overlay.addEventListener("change", () => this.#repaint());
    new ResizeObserver(() => this.#repaint()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint());
  }

  #repaint() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #paint() {
    const side = this.#element.clientWidth;
    const pixels = Math.round(side * devicePixelRatio);
    if (!pixels) return;
    if (this.#element.width !== pixels) this.#element.width = this.#element.height = pixels;
    const context = this.#element.getContext("2d");
    const style = getComputedStyle(this.#element);
    const scale = pixels / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Math.max(LINE, (THINNEST * SIDE) / side);
    context.strokeStyle = style.color;
    for (const stroke of this.#drawing.strokes) context.stroke(this.#path(stroke));
    context.strokeStyle = context.fillStyle = style.getPropertyValue("--accent");
    this.#overlay.paint(context, SIDE / side);
  }

  #path(stroke) {
    const known = this.#paths.get(stroke);
    if (known?.points === stroke[0].length) return known.path;
    const path = smooth(stroke);
    this.#paths.set(stroke, { path, points: stroke[0].length });
    return path;
  }
}

/** Straight lines with their corners rounded by at most BEND: smooth where points are near, true where not. */
function smooth([xs, ys]) {
  const path = new Path2D();
  const last = xs.length - 1;
  const toward = (from, to) => {
    const [dx, dy] = [xs[to] - xs[from], ys[to] - ys[from]];
    const share = Math.min(0.5, BEND / Math.hypot(dx, dy));
    return [xs[from] + dx * share, ys[from] + dy * share];
  };
  path.moveTo(xs[0], ys[0]);
  for (let i = 1; i < last; i += 1) {
    path.lineTo(...toward(i, i - 1));
    path.quadraticCurveTo(xs[i], ys[i], ...toward(i, i + 1));
  }
  path.lineTo(xs[last], ys[last]); // of a single point: a dot, by its round caps
  return path;
}
