/**
 * The pictures found, best first. A picture keeps its tile from one answer to the next: it moves to its
 * new place and is not loaded again, so nothing flickers while a drawing grows.
 */

const MOVE = { duration: 220, easing: "cubic-bezier(.2, .7, .2, 1)" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Results {
  #list;
  #open;
  #tiles = new Map(); // id -> li

  /** @param open (index) => void, when a picture is chosen */
  constructor(list, open) {
    this.#list = list;
    this.#open = open;
    this.hits = [];
  }

  show(hits) {
    const before = this.#places();
    const held = document.activeElement?.closest?.("li");
    const tiles = new Map(hits.map((hit) => [hit.id, this.#tiles.get(hit.id) ?? this.#tile(hit)]));
    this.#tiles = tiles;
    this.hits = hits;
    this.#list.replaceChildren(...tiles.values());
    if (held?.isConnected) held.querySelector("button").focus({ preventScroll: true });
    this.#move(before);
  }

  focus(index) {
    this.#list.children[index]?.querySelector("button").focus();
  }

  #tile(hit) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const image = document.createElement("img");
    const name = document.createElement("span");
    button.type = "button";
    button.title = hit.folder ? `${hit.folder}/${hit.name}` : hit.name;
    button.addEventListener("click", () => this.#open(this.hits.findIndex(({ id }) => id === hit.id)));
    image.alt = `Picture ${hit.name}`;
    image.width = hit.width;
    image.height = hit.height;
    image.draggable = false;
    image.addEventListener("load", () => item.classList.add("loaded"), { once: true });
    image.addEventListener("error", () => item.classList.add("missing"), { once: true });
    image.src = hit.thumbnail;
    name.className = "tile-name";
    name.setAttribute("aria-hidden", "true");
    name.textContent = hit.name;
    button.append(image, name);
    item.append(button);
    return item;
  }

  #places() {
    if (still.matches) return new Map();
    return new Map([...this.#tiles].map(([id, tile]) => [id, tile.getBoundingClientRect()]));
  }

  #move(before) {
    for (const [id, tile] of this.#tiles) {
      const from = before.get(id);
      if (!from) continue;
      const to = tile.getBoundingClientRect();
      const [dx, dy, scale] = [from.left - to.left, from.top - to.top, from.width / to.width];
      if (!dx && !dy) continue;
      const transform = `translate(${dx}px, ${dy}px) scale(${scale})`;
      tile.animate([{ transform, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }], MOVE);
    }
  }
}
