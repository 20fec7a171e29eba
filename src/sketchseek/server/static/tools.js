/**
 * What a pointer does on the canvas. Every tool takes begin(point, reach, extend), move(points), end() and
 * cancel(); a point is [x, y, t] in the drawing's units, reach is what a fingertip covers in them.
 */

import { SIDE } from "./drawing.js";
import { boxOf, isNear, isWithin, moved, scaled } from "./shapes.js";

export class Pen {
  constructor(drawing) {
    this.drawing = drawing;
  }

  begin(point) {
    this.drawing.begin(...point);
  }

  move(points) {
    this.drawing.extend(points);
  }

  end() {
    this.drawing.finish();
  }

  cancel() {
    this.drawing.cancel();
  }
}

/** Takes away every stroke it touches; one gesture is one step. */
export class Eraser extends Pen {
  #reach = 0;
  #last = null;

  begin(point, reach) {
    this.#reach = reach / 2;
    this.#last = point;
    this.#rub([point]);
  }

  move(points) {
    for (const point of points) {
      const [[x0, y0], [x1, y1]] = [this.#last, point];
      const steps = Math.max(1, Math.ceil(Math.hypot(x1 - x0, y1 - y0) / this.#reach));
      const between = (i) => [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps];
      this.#last = point;
      this.#rub(Array.from({ length: steps }, (_, i) => between(i + 1)));
    }
  }

  #rub(points) {
    const touched = (stroke) => points.some(([x, y]) => isNear(stroke, x, y, this.#reach));
    const left = this.drawing.strokes.filter((stroke) => !touched(stroke));
    if (left.length < this.drawing.strokes.length) this.drawing.try(left);
  }
}

const CORNERS = [["left", "top"], ["right", "top"], ["right", "bottom"], ["left", "bottom"]];
const LEAST = 40; // units: the longer side of what is scaled stays above it
const ROUND = 14; // units between a selection and its frame

/** Chooses strokes by a tap or a lasso, and moves and scales them. */
export class Select extends EventTarget {
  chosen = new Set();
  #drawing;
  #gesture = null;

  constructor(drawing) {
    super();
    this.#drawing = drawing;
    drawing.addEventListener("change", () => {
      if (this.#gesture?.chosen) return; // its own doing
      const here = new Set(drawing.strokes);
      const left = [...this.chosen].filter((stroke) => here.has(stroke));
      if (left.length < this.chosen.size) this.choose(left);
    });
  }

  choose(strokes) {
    this.chosen = new Set(strokes);
    this.dispatchEvent(new Event("change"));
  }

  all() {
    this.choose(this.#drawing.strokes);
  }

  remove() {
    const left = this.#drawing.strokes.filter((stroke) => !this.chosen.has(stroke));
    if (left.length < this.#drawing.strokes.length) this.#drawing.replace(left);
  }

  nudge(dx, dy) {
    this.#once((stroke) => moved(stroke, dx, dy));
  }

  grow(factor) {
    const box = this.frame();
    if (box) this.#once((stroke) => scaled(stroke, factor, (box.left + box.right) / 2, (box.top + box.bottom) / 2));
  }

  /** The frame around what is chosen. */
  frame() {
    const box = boxOf([...this.chosen]);
    return box && { left: box.left - ROUND, top: box.top - ROUND, right: box.right + ROUND, bottom: box.bottom + ROUND };
  }

  begin([x, y], reach, extend) {
    const box = this.frame();
    const corner = box && CORNERS.find(([h, v]) => Math.hypot(x - box[h], y - box[v]) <= reach);
    if (corner) return this.#start("scale", x, y, opposite(box, corner));
    const within = box && x > box.left && x < box.right && y > box.top && y < box.bottom;
    const hit = this.#drawing.strokes.findLast((stroke) => isNear(stroke, x, y, reach / 2));
    if (hit && (extend || !this.chosen.has(hit)) && (extend || !within)) {
      this.choose(extend ? [...this.chosen, hit] : [hit]);
    } else if (!within) {
      this.choose([]);
      this.#gesture = { lasso: [[x, y]] };
      return;
    }
    this.#start("move", x, y);
  }

  move(points) {
    const gesture = this.#gesture;
    if (!gesture) return;
    if (gesture.lasso) {
      gesture.lasso.push(...points);
      this.dispatchEvent(new Event("change"));
      return;
    }
    const [x, y] = points.at(-1);
    const change = gesture.kind === "move" ? this.#moving(gesture, x, y) : this.#scaling(gesture, x, y);
    this.#try(gesture, change);
  }

  end() {
    const gesture = this.#gesture;
    if (gesture?.lasso?.length > 3) this.choose(this.#drawing.strokes.filter((stroke) => isWithin(stroke, gesture.lasso)));
    if (gesture?.changed) this.#drawing.finish();
    this.#gesture = null;
    this.dispatchEvent(new Event("change"));
  }

  cancel() {
    if (this.#gesture?.chosen) this.chosen = new Set(this.#gesture.chosen);
    this.#drawing.cancel();
    this.#gesture = null;
  }

  /** The frame, its corners and the lasso; unit: units of the drawing in one CSS pixel. */
  paint(context, unit) {
    const box = this.frame();
    context.lineWidth = 1.5 * unit;
    context.setLineDash([5 * unit, 4 * unit]);
    if (box) context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    const lasso = this.#gesture?.lasso;
    if (lasso) {
      context.beginPath();
      for (const [x, y] of lasso) context.lineTo(x, y);
      context.stroke();
    }
    context.setLineDash([]);
    for (const [h, v] of box ? CORNERS : []) {
      context.beginPath();
      context.arc(box[h], box[v], 6 * unit, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #start(kind, x, y, fixed = null) {
    this.#gesture = { kind, x, y, fixed, strokes: this.#drawing.strokes, chosen: [...this.chosen], changed: false };
  }

  #moving({ x: x0, y: y0, chosen }, x, y) {
    const box = boxOf(chosen);
    // Its middle stays on the paper, so that nothing is lost beyond the edge.
    const [cx, cy] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const [dx, dy] = [within(x - x0 + cx) - cx, within(y - y0 + cy) - cy];
    return (stroke) => moved(stroke, dx, dy);
  }

  #scaling({ x: x0, y: y0, fixed: [fx, fy], chosen }, x, y) {
    const box = boxOf(chosen);
    const extent = Math.max(box.right - box.left, box.bottom - box.top, 1);
    const asked = Math.hypot(x - fx, y - fy) / (Math.hypot(x0 - fx, y0 - fy) || 1);
    const factor = Math.min(SIDE / extent, Math.max(Math.min(1, LEAST / extent), asked));
    return (stroke) => scaled(stroke, factor, fx, fy);
  }

  #try(gesture, change) {
    const next = new Map(gesture.chosen.map((stroke) => [stroke, change(stroke)]));
    gesture.changed = true;
    this.chosen = new Set(next.values());
    this.#drawing.try(gesture.strokes.map((stroke) => next.get(stroke) ?? stroke));
  }

  #once(change) {
    if (!this.chosen.size) return;
    this.#start("key", 0, 0);
    this.#try(this.#gesture, change);
    this.end();
  }
}

const opposite = (box, [h, v]) => [box[h === "left" ? "right" : "left"], box[v === "top" ? "bottom" : "top"]];
const within = (value) => Math.min(SIDE, Math.max(0, value));
