/** What stands behind the page: how many pictures, and whether the model is awake. */

import * as api from "./api.js";

const SOON = 1500; // ms, while something is about to change
const LATER = 15000;

export class Library {
  #line;
  #idle;
  #grown;
  #revision = null;

  /** @param grown () => void, when the pictures searched are no longer the same */
  constructor(line, idle, grown) {
    this.#line = line;
    this.#idle = idle;
    this.#grown = grown;
  }

  async watch() {
    let wait = SOON;
    try {
      const status = await api.status();
      this.#tell(status);
      if (status.state === "ready" && status.photos > 0) wait = LATER;
    } catch (error) {
      this.#line.textContent = "not connected";
      this.#line.title = error.message;
    }
    setTimeout(() => this.watch(), wait);
  }

  #tell({ state, photos, revision, detail }) {
    const count = photos ? `${photos.toLocaleString()} ${photos === 1 ? "picture" : "pictures"}` : "no pictures yet";
    this.#line.textContent = { loading: "waking the model …", failed: "no model" }[state] ?? count;
    this.#line.title = detail ?? "";
    this.#idle.replaceChildren(...hint(state, photos, detail));
    const changed = this.#revision !== null && this.#revision !== revision;
    this.#revision = revision;
    if (changed) this.#grown();
  }
}

function hint(state, photos, detail) {
  if (state === "failed") return [line("p", detail)];
  if (photos > 0) return [line("p", "Your pictures appear here, the likeliest first.")];
  return [
    line("p", "No pictures yet. Index a folder, in a terminal:"),
    line("code", "sketchseek index ~/Pictures"),
    line("p", "They can be found as soon as they are indexed; leave this page open."),
  ];
}

function line(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
