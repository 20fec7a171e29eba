/** Files for the user: the drawing, and what was found. All are made here; only the zip comes from the server. */

import { SIDE } from "./drawing.js";
import { make } from "./dom.js";

const FACTS = ["rank", "score", "strength", "path", "name", "folder", "width", "height", "taken", "copies", "alike"];

/** An SVG of one path a stroke. */
export function svgOf(strokes) {
  const paths = strokes.map(([xs, ys]) => {
    const [first, ...rest] = xs.map((x, i) => `${x} ${ys[i]}`);
    return `<path d="M${first}L${(rest.length ? rest : [first]).join("L")}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}">`,
    '<g fill="none" stroke="black" stroke-width="7" stroke-linecap="round" stroke-linejoin="round">',
    ...paths,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Strokes as a Quick, Draw! record, which says on which square they lie. */
export const recordOf = (strokes) => `${JSON.stringify({ drawing: strokes, side: SIDE })}\n`;

/** Hits with their ranks as rows of facts. */
function rows(hits) {
  return hits.map((hit) => ({ ...hit, alike: hit.alike_count ?? 0 })).map((hit) => FACTS.map((fact) => hit[fact] ?? null));
}

export function jsonOf(hits) {
  const listed = rows(hits).map((row) => Object.fromEntries(row.map((value, at) => [FACTS[at], value])));
  return `${JSON.stringify({ hits: listed }, null, 2)}\n`;
}

export const csvOf = (hits) => [FACTS, ...rows(hits)].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

/** A value quoted for CSV; text that a spreadsheet would take for a formula is marked as text by an apostrophe. */
function cell(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "");
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** Hand a text over as a file. */
export function save(text, name, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Let the browser fetch an address as a file. */
export function follow(url, name) {
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

const LARGEST = 4096; // pixels of a copied picture's longer side; clipboards hold pictures unpacked

/** Put a promised image on the clipboard, as PNG; false where the browser does not let us. */
export async function copyPicture(promised) {
  const png = async () => {
    const image = await promised;
    const scale = Math.min(1, LARGEST / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = new OffscreenCanvas(Math.round(image.naturalWidth * scale), Math.round(image.naturalHeight * scale));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.convertToBlob({ type: "image/png" });
  };
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png() })]); // Safari wants it said within the click
    return true;
  } catch {
    return false;
  }
}

/** Put a text on the clipboard; false where the browser does not let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
