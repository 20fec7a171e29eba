/** What was found as one page that holds its own pictures: no script, nothing fetched, light and dark, to print. */

import { svgOf } from "./saving.js";

const FULL = 1.6; // the strength of a full bar, as on the page

const STYLE = `
:root { color-scheme: light dark; --desk: #f5f2ec; --paper: #fffefb; --line: #e2dccf; --text: #2b2d33; --soft: #66625a;
  --tile: #e9e5dc; --bar: #e0562b; font: 400 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--desk); }
@media (prefers-color-scheme: dark) { :root { --desk: #131417; --paper: #1c1e22; --line: #2c2f36; --text: #e7e4dc;
  --soft: #98958d; --tile: #22252a; } }
* { box-sizing: border-box; margin: 0; }
body { max-width: 84rem; margin: auto; padding: clamp(1rem, 3vw, 2.5rem); }
header { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: center; margin-bottom: 1.75rem; }
header > svg { width: 10rem; height: 10rem; padding: .5rem; border: 1px solid var(--line); border-radius: 14px; background: #fff; }
h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -.015em; margin-bottom: .3rem; }
header p, .parts { color: var(--soft); }
.parts { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .6rem; padding: 0; list-style: none; font-size: .85rem; }
.parts li { display: flex; align-items: center; gap: .5rem; }
.parts img { width: 2.75rem; height: 2.75rem; object-fit: cover; border-radius: 8px; }
ol { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); padding: 0; list-style: none; }
ol li { display: flex; flex-direction: column; overflow: hidden; border: 1px solid var(--line); border-radius: 12px;
  background: var(--paper); break-inside: avoid; }
ol img, .none { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--tile); }
.none { display: grid; place-items: center; color: var(--soft); font-size: .85rem; }
.bar { height: 4px; background: var(--tile); }
.bar i { display: block; height: 100%; background: var(--soft); }
.bar .stands { background: var(--bar); }
.facts { padding: .6rem .75rem .75rem; font-size: .8rem; color: var(--soft); overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.facts strong { display: block; color: var(--text); font-size: .9rem; font-weight: 600; }
.line { display: flex; justify-content: space-between; gap: .75rem; }
@media (max-width: 32rem) { ol { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .6rem; }
  header > svg { width: 6.5rem; height: 6.5rem; } }
@media print { :root { --desk: #fff; --paper: #fff; --line: #ccc; --text: #000; --soft: #444; --tile: #f2f2f2; font-size: 12px; }
  body { max-width: none; padding: 0; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  ol { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .6rem; } }
`;

/**
 * The page as a text.
 * @param found {strokes, parts, filters, hits, when}; hits with their rank, when as a Date
 * @param pictures Map from the address of a picture to its data URL
 */
export function sheetOf({ strokes, parts, filters, hits, when }, pictures) {
  const count = hits.length === 1 ? "1 picture" : `${hits.length.toLocaleString("en")} pictures`;
  const limits = Object.entries(filters).map(([name, value]) => `${FILTERS[name]} ${value}`);
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`,
    "<title>Pictures found by sketchseek</title>",
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    "<header>",
    strokes.length ? svgOf(strokes).trim().replace("<svg ", '<svg role="img" aria-label="The drawing" ') : "",
    "<div>",
    `<h1>${count} found</h1>`,
    `<p><time datetime="${when.toISOString()}">${text(when.toLocaleString())}</time>${limits.map((limit) => ` · ${text(limit)}`).join("")}</p>`,
    parts.length ? `<ul class="parts">${parts.map((part) => asked(part, pictures)).join("")}</ul>` : "",
    "</div>",
    "</header>",
    "<main>",
    "<ol>",
    ...hits.map((hit) => card(hit, pictures)),
    "</ol>",
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

const FILTERS = { folder: "in", after: "from", before: "until", orientation: "only" };

const asked = ({ what, name, image, weight }, pictures) =>
  `<li>${shown(image, "", pictures)}<span>${text(what)} ${text(name)}, ${Math.round(Math.abs(weight) * 100)} %</span></li>`;

function card({ rank, strength, name, folder, taken, thumbnail }, pictures) {
  const stands = strength >= 1;
  const width = Math.round(Math.min(1, Math.max(0, (strength ?? 0) / FULL)) * 100);
  const sure = strength === null ? "" : `<span>${stands ? "stands out" : "strength"} ${strength.toFixed(2)}</span>`;
  return [
    `<li>${shown(thumbnail, name, pictures)}`,
    `<div class="bar"><i${stands ? ' class="stands"' : ""} style="width: ${width}%"></i></div>`,
    `<div class="facts"><strong>${text(name)}</strong>${text(folder)}`,
    `<p class="line"><span>${rank ? `No. ${rank}` : "of another question"}</span>${sure}</p>`,
    `<p>${text(taken.slice(0, 16))}</p></div></li>`,
  ].join("");
}

const shown = (address, name, pictures) =>
  pictures.has(address) ? `<img src="${text(pictures.get(address))}" alt="${text(name)}">` : '<div class="none">no picture</div>';

/** A text as HTML says it, in content and in attributes. */
const text = (value) => String(value).replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
