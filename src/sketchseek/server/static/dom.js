/** Small helpers for elements. Texts are set as texts, never as markup. */

export const $ = (id) => document.getElementById(id);

/** An element with properties and children; a property with a dash is an attribute. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "popovertarget") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A small drawn sign of paths on a square. */
export function sign(paths, side = 20) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg.setAttribute("aria-hidden", "true");
  for (const d of [paths].flat()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** Whether keys belong to something that is typed or chosen in. */
export const isField = (element) => element?.matches?.("input, select, textarea, [contenteditable]") ?? false;
