/** How alike the pictures shall be: a choice only where the model ranks in more than one way. */

import { $, make } from "./dom.js";

const NAMES = { category: "Same category", look: "Same look", exact: "This very one" };

export class Grains {
  #question;
  #box = $("grains");
  #offered = "";

  constructor(question) {
    this.#question = question;
    this.#box.addEventListener("change", ({ target }) => question.choose(target.value));
    question.addEventListener("change", () => this.#mark());
  }

  /** Follow the server's model, as its status tells of it. */
  follow({ grains }) {
    if (grains.join() === this.#offered) return;
    this.#offered = grains.join();
    this.#box.hidden = grains.length < 2;
    const choices = grains.map((value) => make("label", {}, make("input", { type: "radio", name: "grain", value }), NAMES[value]));
    this.#box.replaceChildren(this.#box.firstElementChild, ...choices);
    this.#question.offer(grains);
    this.#mark();
  }

  #mark() {
    for (const input of this.#box.querySelectorAll("input")) input.checked = input.value === this.#question.asksFor;
  }
}
