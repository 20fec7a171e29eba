/** The canvas: pointers in, ink out. */

import { SIDE } from "./drawing.js";

const LINE = 7; // units of the drawing's square
const BEND = 16; // units; what is searched has sharp corners, so what is seen may not stray far
const THINNEST = 2.5; // CSS pixels, so that a phone shows a line and not a hair

export class Canvas {
  #element;
  #drawing;
  #pointer = null;
  #origin = null; // event time at which the drawing's clock read zero
  #paths = new WeakMap(); // finished stroke -> Path2D
  #frame = 0;

  constructor(element, drawing) {
    this.#element = element;
    this.#drawing = drawing;
    drawing.addEventListener("change", () => this.#repaint());
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#cancel(event));
    element.addEventListener("contextmenu", (event) => event.preventDefault());
    new ResizeObserver(() => this.#repaint()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint());
  }

  #down(event) {
    if (this.#pointer !== null || event.button !== 0) return;
    event.preventDefault();
    this.#pointer = event.pointerId;
    this.#element.setPointerCapture(event.pointerId);
    this.#setClock(event.timeStamp);
    this.#drawing.begin(...this.#point(event, this.#element.getBoundingClientRect()));
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const box = this.#element.getBoundingClientRect();
    const finer = event.getCoalescedEvents?.() ?? [];
    const events = finer.length ? finer : [event];
    this.#drawing.extend(events.map((each) => this.#point(each, box)));
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#move(event);
    this.#pointer = null;
    this.#drawing.finish();
  }

  #cancel(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#drawing.cancel();
  }

  #setClock(now) {
    if (this.#drawing.isEmpty) this.#origin = now;
    else this.#origin ??= now - this.#drawing.end - 300; // a drawing from before a reload
  }

  #point(event, box) {
    return [
      ((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE,
      event.timeStamp - this.#origin,
    ];
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
    const scale = pixels / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Math.max(LINE, (THINNEST * SIDE) / side);
    context.strokeStyle = getComputedStyle(this.#element).color;
    for (const stroke of this.#drawing.strokes) context.stroke(this.#path(stroke));
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
