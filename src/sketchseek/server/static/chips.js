/** The parts of a question as chips: what it is, how much it counts, and away with it. */

import { make, sign } from "./dom.js";

const PENCIL = "M4 16l.8-3.6L13.200 4l2.800 2.800L7.600 15.200z";
const LETTER = "M4.500 16 10 4l5.500 12M6.600 11.800h6.800";
const CROSS = "M6 6l8 8M14 6l-8 8";

export class Chips {
  #list;
  #question;
  #other;

  /** @param other (part) => void, when an upload is to be taken for the other kind */
  constructor(list, question, other) {
    this.#list = list;
    this.#question = question;
    this.#other = other;
  }

  /** @param drawn whether there is a drawing to weigh against the rest */
  show(drawn) {
    const { parts } = this.#question;
    const own = drawn && parts.length ? [this.#chip(null)] : [];
    this.#list.replaceChildren(...own, ...parts.map((part) => this.#chip(part)));
    this.#list.hidden = !parts.length;
  }

  #chip(part) {
    const title = part ? `${part.what} ${part.name}` : "the drawing";
    const less = part?.weight < 0;
    const weight = Math.abs(part?.weight ?? this.#question.drawingWeight);
    const range = make("input", { type: "range", min: 0, max: 100, step: 5, value: Math.round(weight * 100) });
    range.setAttribute("aria-label", `How much ${title} counts`);
    range.addEventListener("input", () => this.#question.weigh(part, ((less ? -1 : 1) * range.value) / 100));
    const label = make("span", { className: "chip-label" }, (part?.kind === "words" ? part.name : part?.what) ?? "drawing");
    const image = part?.image ? make("img", { src: part.image, alt: "", width: 40, height: 40 }) : sign(part ? LETTER : PENCIL);
    const item = make("li", { className: less ? "chip less" : "chip", title }, image, make("div", {}, label, range));
    if (part?.file) item.append(this.#turn(part));
    if (part) item.append(this.#away(part, title));
    return item;
  }

  #turn(part) {
    const other = part.what === "drawing" ? "photo" : "drawing";
    const button = make("button", { type: "button", className: "chip-turn" }, `as ${other}`);
    button.setAttribute("aria-label", `Take ${part.name} as a ${other} instead`);
    button.addEventListener("click", () => this.#other(part, other));
    return button;
  }

  #away(part, title) {
    const button = make("button", { type: "button", className: "chip-away" }, sign(CROSS));
    button.setAttribute("aria-label", `Remove: ${title}`);
    button.addEventListener("click", () => {
      this.#question.remove(part);
      (this.#list.querySelector("button") ?? document.getElementById("canvas")).focus({ preventScroll: true });
    });
    return button;
  }
}
