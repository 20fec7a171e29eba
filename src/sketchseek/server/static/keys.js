/** Keys for everything that a pointer can do with the drawing; the list in the help is made of this. */

import { $, isField, make } from "./dom.js";

const STEP = 10; // units of the drawing
const GROWTH = 1.05;

/** @param on what keys do: {drawing, pointers, select, help, results} */
export function keys({ drawing, pointers, select, help, results }) {
  const canvas = $("canvas");
  const chosen = () => select.chosen.size > 0;
  const nudge = (dx, dy) => (event) => chosen() && event.target === canvas && (select.nudge(dx, dy), true);
  const tool = (name) => () => ((pointers.tool = name), true);
  const table = [
    ["Ctrl+Z", "Undo", ["mod+z"], () => (drawing.undo(), true)],
    ["Ctrl+Shift+Z", "Redo", ["mod+shift+z", "mod+y"], () => (drawing.redo(), true)],
    ["B", "Pen", ["b", "p"], tool("pen")],
    ["E", "Eraser", ["e"], tool("eraser")],
    ["V", "Select", ["v"], tool("select")],
    ["Ctrl+A", "Select all strokes", ["mod+a"], () => ((pointers.tool = "select"), select.all(), canvas.focus(), true)],
    ["Arrows", "Move what is selected, on the canvas", [], null],
    ["", "", ["arrowleft"], nudge(-STEP, 0)],
    ["", "", ["arrowright"], nudge(STEP, 0)],
    ["", "", ["arrowup"], nudge(0, -STEP)],
    ["", "", ["arrowdown"], nudge(0, STEP)],
    ["+ −", "Scale what is selected, on the canvas", ["+", "="], (event) => event.target === canvas && chosen() && (select.grow(GROWTH), true)],
    ["", "", ["-"], (event) => event.target === canvas && chosen() && (select.grow(1 / GROWTH), true)],
    ["Del", "Remove what is selected", ["delete", "backspace"], () => chosen() && (select.remove(), true)],
    ["Esc", "Let go of the selection; close", ["escape"], () => chosen() && (select.choose([]), true)],
    ["Ctrl+V", "Paste a drawing: a picture, SVG or strokes", [], null],
    ["R", "Go to the pictures found", ["r"], () => (results.focus(0), true)],
    ["Arrows", "From picture to picture", [], null],
    ["Esc", "From the pictures back to the canvas", [], null],
    ["Enter", "Open a picture; Esc closes it", [], null],
    ["+ −", "More, or less, like the picture in focus", [], null],
    ["X", "Select the picture in focus, to download", [], null],
    ["A", "Show the pictures that look nearly the same", [], null],
    ["?", "This list", ["?"], () => (help.showModal(), true)],
  ];
  const acts = new Map(table.flatMap(([, , names, act]) => names.map((name) => [name, act])));
  addEventListener("keydown", (event) => {
    const open = document.querySelector("dialog[open], [popover]:popover-open");
    if (event.defaultPrevented || event.altKey || open || isField(event.target)) return;
    if (acts.get(nameOf(event))?.(event)) event.preventDefault();
  });
  $("help-keys").append(
    ...table.filter(([label]) => label).flatMap(([label, what]) => [make("dt", {}, make("kbd", {}, label)), make("dd", {}, what)]),
  );
}

function nameOf({ key, ctrlKey, metaKey, shiftKey }) {
  const mod = ctrlKey || metaKey;
  const shifted = shiftKey && (mod || key.length > 1);
  return `${mod ? "mod+" : ""}${shifted ? "shift+" : ""}${key.toLowerCase()}`;
}
