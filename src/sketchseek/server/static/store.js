/** The drawing and the rest of the question outlive a reload: they are kept in this browser and nowhere else. */

import { isStroke } from "./shapes.js";

const DRAWING = "sketchseek.strokes";
const QUESTION = "sketchseek.question";
const WAIT = 200; // ms

/** Bring back the last question, and keep every change from now on. */
export function keep(drawing, question) {
  const strokes = read(DRAWING);
  if (Array.isArray(strokes) && strokes.length && strokes.every(isStroke)) drawing.load(strokes);
  const asked = read(QUESTION);
  if (asked) question.load(asked);
  follow(drawing, () => write(DRAWING, drawing.strokes));
  follow(question, () => write(QUESTION, question.record));
}

/** Save soon after each change, and at once when the page goes. */
function follow(source, save) {
  let timer = 0;
  const now = () => {
    if (!timer) return; // nothing has changed here; another tab's is not written over
    clearTimeout(timer);
    timer = 0;
    save();
  };
  source.addEventListener("change", () => {
    timer ||= setTimeout(now, WAIT);
  });
  addEventListener("pagehide", now);
  addEventListener("visibilitychange", () => document.hidden && now());
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is switched off, or holds something else
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full or switched off: it simply does not outlive the page
  }
}
