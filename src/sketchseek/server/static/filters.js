/** Which pictures may be found: by folder, day and shape. */

import * as api from "./api.js";
import { $, make } from "./dom.js";

const FIELDS = ["folder", "after", "before", "orientation"];

/** Let the form of filters speak to the question. */
export function filtering(question) {
  const form = $("filter-form");
  const fields = FIELDS.map((name) => form.elements[name]);
  const tell = () => {
    // a day half typed is no day yet
    const chosen = fields.filter((field) => field.value && field.checkValidity());
    question.filter(Object.fromEntries(chosen.map((field) => [field.name, field.value])));
  };
  question.addEventListener("change", () => {
    const count = Object.keys(question.filters).length;
    $("filter-count").textContent = count ? ` ${count}` : "";
    $("filter-none").disabled = !count;
    for (const field of fields) set(field, question.filters[field.name] ?? "");
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", tell);
  $("filter-none").addEventListener("click", () => {
    form.reset();
    tell();
    form.elements.folder.focus();
  });
  $("filter-menu").addEventListener("beforetoggle", (event) => event.newState === "open" && list(form.elements.folder));
}

function set(field, value) {
  if (field.value === value) return;
  field.value = value;
  if (field.value !== value) field.append(make("option", { value, selected: true }, value)); // folders that are not listed yet
}

/** Fill in the folders there are now, indented as they lie. */
async function list(select) {
  const { folders } = await api.folders().catch(() => ({ folders: [] }));
  const kept = select.value;
  const options = folders.map(({ path, photos }) => make("option", { value: path }, `${short(path, folders)} (${photos.toLocaleString()})`));
  const listed = folders.some(({ path }) => path === kept);
  if (kept && !listed) options.push(make("option", { value: kept }, kept));
  select.replaceChildren(make("option", { value: "" }, "All folders"), ...options);
  select.value = kept;
}

/** A folder's name below the folder that holds it, or its whole path where none here does. */
function short(path, folders) {
  const above = folders.filter((other) => path !== other.path && path.startsWith(other.path.replace(/[\\/]?$/, path.includes("\\") ? "\\" : "/")));
  const nearest = above.at(-1)?.path;
  return nearest ? "\u00a0\u00a0".repeat(above.length) + path.slice(nearest.length).replace(/^[\\/]/, "") : path;
}
