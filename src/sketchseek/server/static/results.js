/**
 * The pictures found, best first. A picture keeps its tile from one answer to the next: it moves to its
 * new place and is not loaded again, so nothing flickers while a drawing grows. One tile takes the focus;
 * arrow keys go from tile to tile.
 */

import { make, sign } from "./dom.js";

const MOVE = { duration: 220, easing: "cubic-bezier(.2, .7, .2, 1)" };
const MOVED = 120; // tiles that are moved before one's eyes; those far below only appear
const still = matchMedia("(prefers-reduced-motion: reduce)");
const SIGNS = { more: "M10 5v10M5 10h10", less: "M5 10h10", pick: "M5 10.500l3.500 3.500L15 6.500" };

export class Results extends EventTarget {
  #list;
  #act;
  #tiles = new Map(); // id -> {item, hit}
  #open = new Set(); // ids whose near-duplicates are shown
  #current = 0; // id of the tile that takes the focus
  picked = new Map(); // id -> hit
  groups = []; // as they came
  hits = []; // of every tile, in order
  next = null; // offset of what follows

  /** @param act {open(index), more(hit), less(hit)} */
  constructor(list, act) {
    super();
    this.#list = list;
    this.#act = act;
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", (event) => this.#turnTo(event.target.closest("li")));
  }

  /** Other pictures. */
  show(hits, next) {
    this.groups = hits;
    this.next = next;
    this.#lay();
  }

  /** The pictures that follow. */
  append(hits, next) {
    const others = hits.filter(({ id }) => !this.#tiles.has(id));
    this.groups = [...this.groups, ...others];
    this.next = next;
    for (const hit of others) {
      const tile = this.#tile({ hit, alike: hit.alike_count });
      this.#tiles.set(hit.id, tile);
      this.hits.push(hit);
      this.#list.append(tile.item);
    }
    this.#mark();
  }

  focus(index) {
    this.#list.children[index]?.querySelector("button").focus();
  }

  pick(hit) {
    if (!this.picked.delete(hit.id)) this.picked.set(hit.id, hit);
    this.#mark();
  }

  unpick() {
    this.picked.clear();
    this.#mark();
  }

  #lay() {
    const before = this.#places();
    const held = document.activeElement?.closest?.("#results li");
    const shown = this.groups.flatMap((hit) => [
      { hit, alike: hit.alike_count },
      ...(this.#open.has(hit.id) ? hit.alike.map((other) => ({ hit: other, of: hit })) : []),
    ]);
    const tiles = new Map();
    for (const each of shown) tiles.set(each.hit.id, this.#tile(each));
    this.#tiles = tiles;
    this.hits = [...tiles.values()].map(({ hit }) => hit);
    this.#list.replaceChildren(...[...tiles.values()].map(({ item }) => item));
    if (!tiles.has(this.#current)) this.#current = this.hits[0]?.id;
    if (held?.isConnected) held.querySelector("button").focus({ preventScroll: true });
    this.#mark();
    this.#move(before);
  }

  /** A new tile, or the one there is brought up to date. */
  #tile({ hit, alike = 0, of = null }) {
    const tile = this.#tiles.get(hit.id) ?? { item: this.#make(hit) };
    tile.hit = hit;
    const { item } = tile;
    item.classList.toggle("stands", hit.strength >= 1);
    item.classList.toggle("same", of !== null);
    item.style.setProperty("--strength", Math.min(1, Math.max(0, (hit.strength ?? 0) / 1.6)));
    item.querySelector(".alike")?.remove();
    if (alike) item.append(this.#alike(hit, alike));
    return tile;
  }

  #make(hit) {
    const image = make("img", { alt: `Picture ${hit.name}`, width: hit.width, height: hit.height, draggable: false });
    const name = make("span", { className: "tile-name", "aria-hidden": "true" }, hit.name);
    const open = make("button", { type: "button", className: "tile", title: hit.path }, image, name);
    open.setAttribute("aria-keyshortcuts", "+ - X");
    const item = make("li", {}, open, this.#tools(hit));
    open.addEventListener("click", () => this.#act.open(this.hits.findIndex(({ id }) => id === hit.id)));
    image.addEventListener("load", () => item.classList.add("loaded"), { once: true });
    image.addEventListener("error", () => item.classList.add("missing"), { once: true });
    image.src = hit.thumbnail;
    return item;
  }

  /** What a pointer finds on a tile; by keyboard the same is done with keys, and in the large view. */
  #tools(hit) {
    const tool = (kind, label, act) => {
      const button = make("button", { type: "button", className: kind, title: label, tabIndex: -1 }, sign(SIGNS[kind]));
      button.setAttribute("aria-label", `${label}: ${hit.name}`);
      button.addEventListener("click", act);
      return button;
    };
    return make(
      "div",
      { className: "tile-tools" },
      tool("pick", "Select", () => this.pick(hit)),
      tool("more", "More like this", () => this.#act.more(hit)),
      tool("less", "Less like this", () => this.#act.less(hit)),
    );
  }

  #alike(hit, count) {
    const open = this.#open.has(hit.id);
    const button = make("button", { type: "button", className: "alike", tabIndex: -1 }, open ? "fold" : `+${count} alike`);
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", `${count} nearly the same as ${hit.name}`);
    button.addEventListener("click", () => this.#fold(hit));
    return button;
  }

  #fold(hit) {
    if (!this.#open.delete(hit.id)) this.#open.add(hit.id);
    this.#lay();
  }

  #mark() {
    for (const [id, { item }] of this.#tiles) {
      item.classList.toggle("picked", this.picked.has(id));
      item.querySelector(".pick").ariaPressed = this.picked.has(id);
      item.querySelector(".tile").tabIndex = id === this.#current ? 0 : -1;
    }
    this.#list.classList.toggle("picking", this.picked.size > 0);
    this.dispatchEvent(new Event("pick"));
  }

  #turnTo(item) {
    const index = [...this.#list.children].indexOf(item);
    if (index < 0 || this.hits[index].id === this.#current) return;
    this.#tiles.get(this.#current)?.item.querySelector(".tile").setAttribute("tabindex", "-1");
    this.#current = this.hits[index].id;
    item.querySelector(".tile").tabIndex = 0;
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = this.hits.findIndex(({ id }) => id === this.#current);
    const hit = this.hits[index];
    if (!hit) return;
    const acts = {
      "+": () => this.#act.more(hit),
      "-": () => this.#act.less(hit),
      x: () => this.pick(hit),
      a: () => hit.alike_count && this.#fold(hit),
      ArrowLeft: () => this.focus(index - 1),
      ArrowRight: () => this.focus(index + 1),
      ArrowUp: () => this.#focusRow(index, -1),
      ArrowDown: () => this.#focusRow(index, 1),
      Home: () => this.focus(0),
      End: () => this.focus(this.hits.length - 1),
    };
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** The nearest tile of the row above or below, as it lies on the page. */
  #focusRow(index, way) {
    const boxes = [...this.#list.children].map((item) => item.getBoundingClientRect());
    const from = boxes[index];
    const middle = from.left + from.width / 2;
    let [best, least] = [-1, Infinity];
    boxes.forEach((box, i) => {
      const down = way > 0 ? box.top - from.bottom : from.top - box.bottom;
      if (down < -1) return;
      const aside = Math.max(0, box.left - middle, middle - box.right);
      if (down * 4 + aside < least) [best, least] = [i, down * 4 + aside];
    });
    this.focus(best);
  }

  #places() {
    if (still.matches) return new Map();
    const near = [...this.#tiles].slice(0, MOVED);
    return new Map(near.map(([id, { item }]) => [id, item.getBoundingClientRect()]));
  }

  #move(before) {
    for (const [id, { item }] of this.#tiles) {
      const from = before.get(id);
      if (!from) continue;
      const to = item.getBoundingClientRect();
      const [dx, dy, scale] = [from.left - to.left, from.top - to.top, from.width / to.width];
      if (!dx && !dy) continue;
      const transform = `translate(${dx}px, ${dy}px) scale(${scale})`;
      item.animate([{ transform, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }], MOVE);
    }
  }
}
