/** The drawing outlives a reload: its strokes are kept in this browser and nowhere else. */

import { isStroke } from "./shapes.js";

const KEY = "sketchseek.strokes";
const WAIT = 300; // ms

/** Bring back the last drawing, and keep every change from now on. */
export function keep(drawing) {
  const saved = read();
  if (saved.length) drawing.load(saved);
  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    write(drawing.strokes);
  };
  drawing.addEventListener("change", () => {
    timer ||= setTimeout(save, WAIT);
  });
  addEventListener("pagehide", save);
  addEventListener("visibilitychange", () => document.hidden && save());
}

function read() {
  try {
    const strokes = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(strokes) && strokes.every(isStroke) ? strokes : [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

function write(strokes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(strokes));
  } catch {
    // full or switched off: the drawing simply does not outlive the page
  }
}
