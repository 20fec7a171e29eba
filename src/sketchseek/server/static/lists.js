/** What was found as a file: those in sight, all that can be paged to, or those selected; as a page, CSV or JSON. */

import * as api from "./api.js";
import { $, make } from "./dom.js";
import { csvOf, jsonOf, save } from "./saving.js";
import { sheetOf } from "./sheet.js";

const AT_ONCE = 500; // hits that the server tells in one answer
const SIDE_BY_SIDE = 6; // pictures that are fetched

/** @param on {results, question, drawing, notice} */
export function lists({ results, question, drawing, notice }) {
  const which = $("list-which");
  $("list-menu").addEventListener("beforetoggle", ({ newState }) => newState === "open" && offer(which, results));
  const kinds = {
    html: [async (hits, asked) => sheetOf({ ...asked, hits, when: new Date() }, await pictures(hits, asked.parts)), "text/html"],
    csv: [csvOf, "text/csv"],
    json: [jsonOf, "application/json"],
  };
  for (const [kind, [write, type]] of Object.entries(kinds)) {
    $(`save-${kind}`).addEventListener("click", async () => {
      const asked = { strokes: drawing.strokes, parts: question.parts, filters: question.filters };
      notice("Collecting the pictures …", { calm: true });
      try {
        save(await write(await chosen(which.value, results, question, drawing), asked), `found.${kind}`, type);
        notice("");
      } catch (error) {
        notice(error.message);
      }
    });
  }
}

function offer(which, { groups, next, picked }) {
  const options = [["shown", next === null ? `All ${groups.length.toLocaleString()} found` : `The first ${groups.length.toLocaleString()}, as shown`]];
  if (next !== null) options.push(["all", "All, up to the 1,000th"]);
  if (picked.size) options.unshift(["picked", `Only the ${picked.size.toLocaleString()} selected`]);
  which.replaceChildren(...options.map(([value, label]) => make("option", { value }, label)));
}

/** The hits to list, each with its rank. */
async function chosen(which, results, question, drawing) {
  if (which === "picked") return selected(results);
  const hits = [...results.groups];
  for (let next = results.next; which === "all" && next !== null; ) {
    const answer = await api.search(question.body(drawing.strokes, AT_ONCE, next));
    hits.push(...answer.hits);
    next = answer.next;
  }
  return hits.map((hit, at) => ({ ...hit, rank: at + 1 }));
}

/** A near-duplicate has the rank of the picture it stands under; what an earlier question found has none. */
function selected({ groups, picked }) {
  const known = new Map(groups.flatMap((group, at) => [group, ...group.alike].map((hit) => [hit.id, { ...hit, rank: at + 1 }])));
  const elsewhere = (hit) => ({ ...hit, rank: null, score: null, strength: null });
  return [...picked.values()].map((hit) => known.get(hit.id) ?? elsewhere(hit)).sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity));
}

/** Small copies as data URLs, by address; one that is not to be had is left out. */
async function pictures(hits, parts) {
  const images = parts.map(({ image }) => image).filter(Boolean); // words have none
  const found = new Map(images.filter((image) => image.startsWith("data:")).map((image) => [image, image]));
  const open = [...hits.map((hit) => hit.thumbnail), ...images].filter((address) => !found.has(address));
  const work = async () => {
    for (let address = open.pop(); address; address = open.pop()) {
      const blob = await api.bytes(address);
      if (blob?.type.startsWith("image/")) found.set(address, await dataUrl(blob));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return found;
}

const dataUrl = (blob) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result));
    reader.addEventListener("error", () => failed(reader.error));
    reader.readAsDataURL(blob);
  });
