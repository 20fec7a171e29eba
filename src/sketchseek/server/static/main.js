/** Everything meets here: the drawing, its canvas, the question, the search, the pictures. */

import * as api from "./api.js";
import { Canvas } from "./canvas.js";
import { Chips } from "./chips.js";
import { $ } from "./dom.js";
import { Drawing } from "./drawing.js";
import { offer } from "./examples.js";
import { Files } from "./files.js";
import { filtering } from "./filters.js";
import { Grains } from "./grains.js";
import { keys } from "./keys.js";
import { Library } from "./library.js";
import { linkTo, questionIn } from "./link.js";
import { lists } from "./lists.js";
import "./menus.js";
import { Pointers } from "./pointers.js";
import { Question } from "./question.js";
import { Results } from "./results.js";
import * as saving from "./saving.js";
import { LiveSearch } from "./search.js";
import { keep } from "./store.js";
import { Eraser, Pen, Select } from "./tools.js";
import { Viewer } from "./viewer.js";
import { Words } from "./words.js";

const PAGE = 60;
const AHEAD = 400; // CSS pixels below the window; what comes nearer is fetched

const drawing = new Drawing();
const question = new Question();
const words = new Words(question);
const grains = new Grains(question);
const select = new Select(drawing);
const pointers = new Pointers($("canvas"), drawing, { pen: new Pen(drawing), eraser: new Eraser(drawing), select });

const asks = { more: (hit) => question.like(hit, true), less: (hit) => question.like(hit, false) };
const results = new Results($("results"), { open: (index) => viewer.open(results.hits, index), leave: () => $("canvas").focus(), ...asks });
const viewer = new Viewer($("viewer"), {
  ...asks,
  closed: (index) => {
    const at = document.activeElement; // a quick key may have led elsewhere meanwhile
    if (at === document.body || $("results").contains(at)) results.focus(index);
  },
  pick: (hit) => results.pick(hit),
  picked: (hit) => results.picked.has(hit.id),
});

/* ---- searching ---- */

let following = false; // whether the pictures that follow are asked for, not the first ones
let another = false; // whether the question is not the one that the pictures in sight answer
const search = new LiveSearch(ask, {
  answer: found,
  problem: (error) => {
    following = false;
    const held = error.missing ? question.held(error.missing) : [];
    for (const part of held) files.renew(part);
    const lost = error.missing ? question.drop(error.missing) : [];
    if (lost.length && error.status === 422 && words.refuse(error.message)) return;
    if (lost.length) notice(`Left out of the question: ${lost.join("; ")}.`, { lasts: true });
    else if (!held.length) notice(error.message);
  },
  busy: (yes) => $("activity").classList.toggle("busy", yes),
});
const nothingAsked = () => drawing.isEmpty && question.isEmpty;
const library = new Library($("library"), $("idle-text"), () => nothingAsked() || search.refresh({ stale: following }), (status) => {
  words.follow(status);
  grains.follow(status);
});

async function ask(signal) {
  const offset = following ? results.next : 0;
  return { ...(await api.search(question.body(drawing.strokes, PAGE, offset), signal)), offset };
}

function found({ hits, next, offset, photos, passing, outstanding, compared, library }) {
  following = false;
  question.library = library;
  question.name(api.picture);
  if (!lasting) notice("");
  if (offset) {
    results.append(hits, next);
  } else {
    show(hits, next, photos > 0);
    if (another && $("results").getBoundingClientRect().top < 0) $("summary").scrollIntoView();
    another = false;
    const told = ($("summary").textContent = summary(outstanding, passing, photos, compared));
    if (hits.length) $("announcement").textContent = `${hits.length} pictures; the best match is ${hits[0].name}. ${told}`;
  }
  follow();
}

function summary(outstanding, passing, photos, compared) {
  if (!passing && photos) return "No picture passes the filters.";
  const of = passing < photos ? ` of ${passing.toLocaleString()} that pass` : "";
  const closely = compared > 1 ? `; the first ${compared} compared closely` : "";
  if (outstanding === null) return `${passing.toLocaleString()} ${passing === 1 ? "picture" : "pictures"}${of && " pass the filters"}${closely}`;
  if (!outstanding) return `Nothing stands out${of}${closely || "; the nearest"}:`;
  return `${outstanding.toLocaleString()} ${outstanding === 1 ? "stands" : "stand"} out${of}${closely}`;
}

function show(hits, next, answered) {
  results.show(hits, next, !drawing.isGrowing);
  $("idle").hidden = hits.length > 0 || answered;
}

/** @param how {stale: an answer on its way is of no use any more, done: the question stays as it is} */
function again({ stale, done }) {
  lasting = false;
  if (nothingAsked()) return nothing();
  search.refresh({ stale: stale || following, done });
  following = false;
  another = true;
}

function nothing() {
  search.stop();
  notice("");
  $("announcement").textContent = $("summary").textContent = "";
  show([], null, false);
}

let lasting = false; // whether the notice is to be read, however the search goes on

/** @param how {lasts: until something else is asked, calm: nothing is wrong} */
function notice(text, { lasts = false, calm = false } = {}) {
  lasting = lasts;
  $("notice").classList.toggle("calm", calm);
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

/** Ask for the pictures that follow once the end of the list is near. */
function follow() {
  if (results.next === null || following || $("end").getBoundingClientRect().top > innerHeight + AHEAD) return;
  following = true;
  search.refresh();
}
for (const name of ["scroll", "resize"]) addEventListener(name, follow, { passive: true });

/* ---- the drawing ---- */

const chips = new Chips($("chips"), question, (part, kind) => {
  question.remove(part);
  files.take(part.file, kind);
});
const files = new Files(drawing, question, notice);

drawing.addEventListener("change", ({ detail }) => {
  const empty = drawing.isEmpty;
  $("undo").disabled = !drawing.canUndo;
  $("redo").disabled = !drawing.canRedo;
  $("clear").disabled = empty && question.isEmpty;
  for (const id of ["save-svg", "save-strokes"]) $(id).disabled = empty;
  $("save-link").disabled = nothingAsked();
  $("help").classList.toggle("gone", !empty);
  $("help").inert = !empty;
  if (drawn !== !empty) chips.show((drawn = !empty));
  again({ stale: !detail.grown, done: detail.drawn });
});
let drawn = false;

question.addEventListener("change", ({ detail }) => {
  if (detail.parts) chips.show(drawn);
  $("save-link").disabled = nothingAsked();
  $("clear").disabled = drawing.isEmpty && question.isEmpty;
  again({ stale: true });
});

question.addEventListener("named", () => chips.show(drawn));

pointers.addEventListener("change", () => {
  for (const name of ["pen", "eraser", "select"]) $(name).ariaPressed = pointers.tool === name;
  $("canvas").dataset.tool = pointers.tool;
  $("pen-only").hidden = !pointers.penOnly;
  if (pointers.tool !== "select") select.choose([]);
});

const click = (id, act) => $(id).addEventListener("click", act);
for (const name of ["pen", "eraser", "select"]) click(name, () => (pointers.tool = name));
click("undo", () => drawing.undo());
click("redo", () => drawing.redo());
click("clear", () => {
  drawing.clear();
  question.clear();
});
click("touch-too", () => (pointers.penOnly = false));
click("select-all", () => ((pointers.tool = "select"), select.all(), $("canvas").focus()));
click("open-help", () => $("keys").showModal());
click("close-help", () => $("keys").close());

/* ---- saving ---- */

click("save-svg", () => saving.save(saving.svgOf(drawing.strokes), "drawing.svg", "image/svg+xml"));
click("save-strokes", () => saving.save(saving.recordOf(drawing.strokes), "drawing.json", "application/json"));
click("save-zip", () => saving.follow(api.zipOf([...results.picked.keys()]), "sketchseek.zip"));
click("unpick", () => results.unpick());
click("save-link", async () => {
  const link = linkTo(drawing.strokes, question);
  const stays = question.filters.folder || question.parts.some(({ kind }) => kind === "upload");
  const pictures = question.parts.some(({ kind }) => kind === "picture");
  const told = [
    "The link is copied. The question is in it; no server sees it.",
    ...(pictures ? ["Its pictures are found in this library only."] : []),
    ...(stays ? ["Files that were opened, and the folder, stay out of it."] : []),
  ];
  if (await saving.copy(link)) return notice(told.join(" "), { lasts: true, calm: true });
  history.replaceState(null, "", link);
  return notice("The link is now in the address bar: copy it from there.");
});

results.addEventListener("pick", () => {
  const count = results.picked.size;
  $("picked").hidden = !count;
  $("picked-count").textContent = `${count} selected`;
  $("save-list").hidden = !results.hits.length;
});

/** A question in the address takes the place of the one that was there; its drawing as a step to undo. */
function takeLink() {
  const link = questionIn(location.hash);
  if (!link) return;
  question.load(link.question);
  drawing.replace(link.strokes);
  history.replaceState(null, "", location.pathname); // or a reload would undo what is drawn from here on
}

/* ---- beginning ---- */

for (let i = 0; i < PAGE; i += 1) $("idle").firstElementChild.append(document.createElement("li"));
new Canvas($("canvas"), drawing, select);
filtering(question);
lists({ results, question, drawing, notice });
keys({ drawing, pointers, select, help: $("keys"), results });
offer($("examples"), drawing, pointers);
pointers.tool = "pen";
results.show([], null);
keep(drawing, question);
takeLink();
addEventListener("hashchange", takeLink);
library.watch();
