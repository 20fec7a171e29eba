/** Everything meets here: the drawing, its canvas, the search, the pictures. */

import * as api from "./api.js";
import { Canvas } from "./canvas.js";
import { Drawing } from "./drawing.js";
import { Library } from "./library.js";
import { Results } from "./results.js";
import { LiveSearch } from "./search.js";
import { keep } from "./store.js";
import { Viewer } from "./viewer.js";

const HOW_MANY = 60;
const $ = (id) => document.getElementById(id);

const drawing = new Drawing();
const viewer = new Viewer($("viewer"), (index) => results.focus(index));
const results = new Results($("results"), (index) => viewer.open(results.hits, index));
const search = new LiveSearch((signal) => api.search(drawing.strokes, HOW_MANY, signal), {
  answer: found,
  problem: (error) => notice(error.message),
  busy: (yes) => $("activity").classList.toggle("busy", yes),
});
const library = new Library($("library"), $("idle-text"), () => drawing.isEmpty || search.refresh());

function found({ hits }) {
  notice("");
  show(hits);
  if (hits.length) $("announcement").textContent = `${hits.length} pictures; the best match is ${hits[0].name}`;
}

function show(hits) {
  results.show(hits);
  $("idle").hidden = hits.length > 0;
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

function changed() {
  const empty = drawing.isEmpty;
  $("undo").disabled = !drawing.canUndo;
  $("clear").disabled = empty;
  $("help").classList.toggle("gone", !empty);
  if (!empty) return search.refresh();
  search.stop();
  notice("");
  $("announcement").textContent = "";
  return show([]);
}

$("undo").addEventListener("click", () => drawing.undo());
$("clear").addEventListener("click", () => drawing.clear());
addEventListener("keydown", (event) => {
  const undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!undo || $("viewer").open) return;
  event.preventDefault();
  drawing.undo();
});

for (let i = 0; i < HOW_MANY; i += 1) $("idle").firstElementChild.append(document.createElement("li"));
new Canvas($("canvas"), drawing);
drawing.addEventListener("change", changed);
keep(drawing);
library.watch();
