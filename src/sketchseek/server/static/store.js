/** The drawing outlives a reload: its strokes are kept in this browser and nowhere else. */

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

function isStroke(stroke) {
  const lines = Array.isArray(stroke) && stroke.length === 3 && stroke.every(Array.isArray);
  const count = lines && stroke[0].length;
  return lines && count > 0 && stroke.every((line) => line.length === count && line.every(Number.isFinite));
}
