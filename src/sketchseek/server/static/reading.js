/** How far the photos are read: a strip above the finds, with what was passed over and why. */

import * as api from "./api.js";
import { make } from "./dom.js";

export class Reading {
  #strip;
  #text = make("p");
  #bar = make("progress", { "aria-label": "Photos read" });
  #summary = make("summary");
  #list = make("ul");
  #more = make("p");
  #details = make("details", {}, this.#summary, this.#list, this.#more);
  #close = make("button", { type: "button", className: "quiet", textContent: "Close" });
  #listed = -1; // how many files the list told of when it was fetched
  #count = 0;
  #shown = "";
  #told = "";
  #closed = ""; // what was told when the strip was closed: it stays away until there is something else

  constructor(strip) {
    this.#strip = strip;
    strip.append(make("div", { className: "reading-line" }, this.#text, this.#close), this.#bar, this.#details);
    this.#details.addEventListener("toggle", () => this.#fill());
    this.#close.addEventListener("click", () => {
      this.#closed = this.#told;
      this.#strip.hidden = true;
    });
  }

  /** @param status what the server says of itself */
  show({ indexing, skipped }) {
    const text = indexing ? told(indexing, skipped) : "";
    const under = indexing !== null && ["looking", "reading"].includes(indexing.state);
    this.#told = `${text} ${skipped}`;
    this.#strip.hidden = !text || this.#told === this.#closed;
    this.#strip.classList.toggle("failed", indexing?.state === "failed");
    this.#text.role = indexing?.state === "failed" ? "alert" : null; // numbers that run are not read out
    if (this.#shown !== text) this.#text.replaceChildren(...worded((this.#shown = text)));
    this.#close.hidden = under;
    this.#bar.hidden = !under;
    if (indexing?.state === "reading") {
      this.#bar.max = indexing.found;
      this.#bar.value = indexing.done;
    } else {
      this.#bar.removeAttribute("value");
    }
    this.#details.hidden = !skipped;
    this.#summary.textContent = `${files(skipped)} passed over`;
    this.#count = skipped;
    this.#fill();
  }

  async #fill() {
    if (!this.#details.open || this.#listed === this.#count) return;
    this.#listed = this.#count;
    try {
      const { skipped, count } = await api.skipped();
      this.#list.replaceChildren(
        ...skipped.map(({ path, reason }) =>
          make("li", {}, make("span", { className: "reading-path", textContent: path }), ` ${reason}`),
        ),
      );
      this.#more.textContent = count > skipped.length ? `and ${(count - skipped.length).toLocaleString()} more` : "";
    } catch (error) {
      this.#listed = -1; // asked again when the next status comes
      this.#more.textContent = error.message;
    }
  }
}

function told({ state, found, done, rate, left, detail }, skipped) {
  const n = (count) => count.toLocaleString();
  if (state === "failed" || state === "waiting") return detail;
  if (state === "looking") return found ? `Looking for photos: ${n(found)} so far` : "Looking for photos";
  if (state === "done") return skipped ? "All photos are read." : "";
  const speed = rate ? `, ${n(Math.max(1, Math.round(rate)))} a second` : "";
  return `Reading photos: ${n(done)} of ${n(found)}${speed}${left === null ? "" : `, ${duration(left)} left`}`;
}

/** What stands between backticks is to be typed in a terminal. */
const worded = (text) => text.split("`").map((piece, at) => (at % 2 ? make("code", { textContent: piece }) : piece));

const files = (count) => `${count.toLocaleString()} ${count === 1 ? "file" : "files"}`;

function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.round(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
