/** The field for what is looked for in words; there only where the model knows any. */

import * as api from "./api.js";
import { $, make } from "./dom.js";

export class Words {
  #form = $("words");
  #field = $("words-text");
  #wrong = $("words-wrong");
  #model = "";
  #said = "";

  constructor(question) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#said = this.#field.value.trim();
      this.#tell("");
      this.#field.value = "";
      if (this.#said) question.say(this.#said);
    });
    this.#field.addEventListener("input", () => this.#tell(""));
  }

  /** Follow the server's model, as its status tells of it. */
  async follow({ model, words }) {
    const now = `${words} ${model}`;
    if (now === this.#model) return;
    this.#model = now;
    this.#form.hidden = !words;
    const known = words ? await api.words().catch(() => ({ words: [] })) : { words: [] };
    $("words-known").replaceChildren(...known.words.map((value) => make("option", { value })));
  }

  /** The model does not know what was said; returns whether that could be told here. */
  refuse(why) {
    if (this.#form.hidden) return false;
    this.#field.value ||= this.#said; // to be mended, where nothing else is being typed
    this.#tell(why);
    return true;
  }

  #tell(why) {
    this.#wrong.textContent = why;
    this.#wrong.hidden = !why;
    this.#field.ariaInvalid = why ? "true" : "false";
  }
}
