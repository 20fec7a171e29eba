/** What stands behind the page: how many pictures, and whether the model is awake. */

import * as api from "./api.js";
import { $ } from "./dom.js";
import { Reading } from "./reading.js";

const SOON = 1500; // ms, while something is about to change
const LATER = 15000;

export class Library {
  #line;
  #idle;
  #grown;
  #told;
  #revision = null;
  #reading = new Reading($("reading"));

  /**
   * @param grown () => void, when the pictures searched are no longer the same
   * @param told (status) => void, as often as it is asked for
   */
  constructor(line, idle, grown, told) {
    this.#line = line;
    this.#idle = idle;
    this.#grown = grown;
    this.#told = told;
  }

  async watch() {
    let wait = SOON;
    try {
      const status = await api.status();
      this.#tell(status);
      if (status.state === "ready" && status.photos > 0 && !underway(status.indexing)) wait = LATER;
    } catch (error) {
      this.#line.textContent = "not connected";
      this.#line.title = error.message;
    }
    setTimeout(() => this.watch(), wait);
  }

  #tell(status) {
    const { state, photos, revision, detail, indexing } = status;
    this.#reading.show(status);
    this.#told(status);
    const count = photos ? `${photos.toLocaleString()} ${photos === 1 ? "picture" : "pictures"}` : "no pictures yet";
    this.#line.textContent = { loading: "waking the model …", failed: "no model" }[state] ?? (underway(indexing) ? "reading photos …" : count);
    this.#line.title = detail ?? "";
    this.#idle.replaceChildren(...hint(status));
    const changed = this.#revision !== null && this.#revision !== revision;
    this.#revision = revision;
    if (changed) this.#grown();
  }
}

const underway = (indexing) => indexing !== null && ["looking", "reading", "waiting"].includes(indexing.state);

function hint({ state, photos, detail, indexing }) {
  if (state === "failed") return [line("p", detail)];
  if (photos > 0) return [line("p", "Your pictures appear here, the likeliest first.")];
  if (underway(indexing)) return [line("p", "Your photos are still being read. Draw if you like: the first ones can be found in a moment.")];
  if (indexing?.state === "done") return [line("p", "No photo could be read.")];
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
