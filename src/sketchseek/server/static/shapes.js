/** Geometry of strokes: where they are, what is near, and the same strokes elsewhere. */

import { SIDE } from "./drawing.js";

/** Whether something is a stroke: [xs, ys, ts] of one length, all finite. */
export function isStroke(stroke) {
  const lines = Array.isArray(stroke) && stroke.length === 3 && stroke.every(Array.isArray);
  const count = lines && stroke[0].length;
  return lines && count > 0 && stroke.every((line) => line.length === count && line.every(Number.isFinite));
}

/** The box around strokes, or null around none. */
export function boxOf(strokes) {
  if (!strokes.length) return null;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [xs, ys] of strokes) {
    for (const x of xs) [box.left, box.right] = [Math.min(box.left, x), Math.max(box.right, x)];
    for (const y of ys) [box.top, box.bottom] = [Math.min(box.top, y), Math.max(box.bottom, y)];
  }
  return box;
}

/** Whether a stroke passes within reach of a point. */
export function isNear([xs, ys], x, y, reach) {
  if (xs.length === 1) return Math.hypot(x - xs[0], y - ys[0]) <= reach;
  for (let i = 1; i < xs.length; i += 1) {
    if (toSegment(x, y, xs[i - 1], ys[i - 1], xs[i], ys[i]) <= reach) return true;
  }
  return false;
}

/** Whether most of a stroke lies within a closed line around it. */
export function isWithin([xs, ys], around) {
  const inside = xs.filter((x, i) => contains(around, x, ys[i])).length;
  return inside > xs.length / 2;
}

export const moved = ([xs, ys, ts], dx, dy) => [xs.map((x) => tidy(x + dx)), ys.map((y) => tidy(y + dy)), ts];

/** A stroke grown or shrunk as seen from a point that stays. */
export const scaled = ([xs, ys, ts], factor, cx, cy) => [
  xs.map((x) => tidy(cx + (x - cx) * factor)),
  ys.map((y) => tidy(cy + (y - cy) * factor)),
  ts,
];

/** Strokes of any unit, with or without times, in the middle of the square. */
export function fitted(strokes, share = 0.84) {
  const box = boxOf(strokes);
  const extent = Math.max(box.right - box.left, box.bottom - box.top) || 1;
  const factor = (SIDE * share) / extent;
  const [cx, cy] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  let clock = 0;
  return strokes.map(([xs, ys, ts]) => [
    xs.map((x) => tidy(SIDE / 2 + (x - cx) * factor)),
    ys.map((y) => tidy(SIDE / 2 + (y - cy) * factor)),
    ts ?? xs.map(() => (clock += 10)),
  ]);
}

/** Which points to keep so that none dropped lies farther than tolerance from the line (Ramer, Douglas, Peucker). */
export function simplified([xs, ys], tolerance) {
  const kept = new Set([0, xs.length - 1]);
  const open = [[0, xs.length - 1]];
  while (open.length) {
    const [first, last] = open.pop();
    let [far, at] = [tolerance, -1];
    for (let i = first + 1; i < last; i += 1) {
      const away = toSegment(xs[i], ys[i], xs[first], ys[first], xs[last], ys[last]);
      if (away > far) [far, at] = [away, i];
    }
    if (at < 0) continue;
    kept.add(at);
    open.push([first, at], [at, last]);
  }
  return [...kept].sort((a, b) => a - b);
}

function toSegment(x, y, x0, y0, x1, y1) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

function contains(around, x, y) {
  let inside = false;
  for (let i = 0, j = around.length - 1; i < around.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [around[i], around[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

const tidy = (value) => Math.round(value * 10) / 10;
