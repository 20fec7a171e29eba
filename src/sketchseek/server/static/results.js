/**
 * The pictures found, best first. A picture keeps its tile from one answer to the next: it moves to its
 * new place and is not loaded again, so nothing flickers while a drawing grows. One tile takes the focus;
 * arrow keys go from tile to tile.
 */

import { make, sign } from "./dom.js";

const MOVE = { duration: 220, easing: "cubic-bezier(.2, .7, .2, 1)" };
const MOVED = 120; // tiles that are moved before one's eyes; those far below only appear
const SMOOTH = 8; // frames that a move must be seen in, else this machine shows no more of them
const NEAR = "300px 0px"; // of the window: pictures are loaded there
const still = matchMedia("(prefers-reduced-motion: reduce)");
const SIGNS = { more: "M10 5v10M5 10h10", less: "M5 10h10", pick: "M5 10.500l3.500 3.500L15 6.500" };

/** A tile before it has a picture. By keyboard, what a pointer finds on it is done with keys and in the large view. */
const PATTERN = (() => {
  const image = make("img", { draggable: false });
  const open = make("button", { type: "button", className: "tile" }, image, make("span", { className: "tile-name", "aria-hidden": "true" }));
  open.dataset.act = "open";
  open.setAttribute("aria-keyshortcuts", "+ - X");
  const tools = Object.entries({ pick: "Select", more: "More like this", less: "Less like this" }).map(([kind, title]) => {
    const tool = make("button", { type: "button", className: kind, title, tabIndex: -1 }, sign(SIGNS[kind]));
    tool.dataset.act = kind;
    return tool;
  });
  return make("li", {}, open, make("div", { className: "tile-tools" }, ...tools));
})();

export class Results extends EventTarget {
  #list;
  #act;
  #tiles = new Map(); // id -> {item, hit}
  #open = new Set(); // ids whose near-duplicates are shown
  #near = new IntersectionObserver((seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && this.#load(target)), { rootMargin: NEAR });
  #moves = true; // whether this machine shows tiles moving smoothly
  #current = 0; // id of the tile that takes the focus
  picked = new Map(); // id -> hit
  groups = []; // as they came
  hits = []; // of every tile, in order
  next = null; // offset of what follows

  /** @param act {open(index), more(hit), less(hit), leave()} */
  constructor(list, act) {
    super();
    this.#list = list;
    this.#act = act;
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("keydown", (event) => this.#key(event));
    list.addEventListener("focusin", (event) => this.#turnTo(event.target.closest("li")));
  }

  /** Other pictures. @param moving whether tiles are seen to move: not while the hand does, which that would slow */
  show(hits, next, moving = true) {
    this.groups = hits;
    this.next = next;
    this.#list.classList.remove("followed");
    this.#lay(moving);
  }

  /** The pictures that follow. */
  append(hits, next) {
    const others = hits.filter(({ id }) => !this.#tiles.has(id));
    this.#list.classList.add("followed");
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

  #lay(moving = true) {
    const before = moving && this.#moves && !still.matches ? this.#places() : new Map();
    const held = document.activeElement?.closest?.("#results li");
    const shown = this.groups.flatMap((hit) => [
      { hit, alike: hit.alike_count },
      ...(this.#open.has(hit.id) ? hit.alike.map((other) => ({ hit: other, of: hit })) : []),
    ]);
    const tiles = new Map();
    for (const each of shown) tiles.set(each.hit.id, this.#tile(each));
    for (const [id, { item }] of this.#tiles) if (!tiles.has(id)) this.#drop(item);
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

  /** Sixty of them come with an answer: a copy costs a fraction of what it takes to make one. */
  #make(hit) {
    const item = PATTERN.cloneNode(true);
    const image = item.querySelector("img");
    Object.assign(image, { alt: `Picture ${hit.name}`, width: hit.width, height: hit.height });
    item.querySelector(".tile").title = hit.path;
    item.querySelector(".tile-name").textContent = hit.name;
    for (const tool of item.querySelectorAll("[data-act]")) tool.setAttribute("aria-label", `${tool.title}: ${hit.name}`);
    image.addEventListener("error", () => item.classList.add("missing"), { once: true });
    image.dataset.src = hit.thumbnail;
    this.#near.observe(item);
    return item;
  }

  /** A picture is loaded when it comes near to sight: most of an answer is below the window. */
  #load(item) {
    this.#near.unobserve(item);
    const image = item.querySelector("img");
    image.src = image.dataset.src;
  }

  #drop(item) {
    this.#near.unobserve(item);
    item.querySelector("img").removeAttribute("src"); // if it is on its way, it is called off
  }

  #click(event) {
    const button = event.target.closest("button");
    const index = [...this.#list.children].indexOf(button?.closest("li"));
    const hit = this.hits[index];
    if (!hit) return;
    const acts = {
      open: () => this.#act.open(index),
      pick: () => this.pick(hit),
      more: () => this.#act.more(hit),
      less: () => this.#act.less(hit),
      fold: () => this.#fold(hit),
    };
    acts[button.dataset.act]();
  }

  #alike(hit, count) {
    const open = this.#open.has(hit.id);
    const button = make("button", { type: "button", className: "alike", tabIndex: -1 }, open ? "fold" : `+${count} alike`);
    button.setAttribute("aria-expanded", open);
    button.setAttribute("aria-label", `${count} nearly the same as ${hit.name}`);
    button.dataset.act = "fold";
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
      Escape: () => this.#act.leave(),
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
    const near = [...this.#tiles].slice(0, MOVED);
    return new Map(near.map(([id, { item }]) => [id, item.getBoundingClientRect()]));
  }

  /** Let tiles that are, or were, in sight go to their places; all places are read before a tile moves. */
  #move(before) {
    const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;
    const ways = [];
    for (const [id, { item }] of this.#tiles) {
      const from = before.get(id);
      if (!from) continue;
      const to = item.getBoundingClientRect();
      const [dx, dy, scale] = [from.left - to.left, from.top - to.top, from.width / to.width];
      if ((dx || dy) && (inSight(from) || inSight(to))) ways.push([item, `translate(${dx}px, ${dy}px) scale(${scale})`]);
    }
    for (const [item, transform] of ways) item.animate([{ transform, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }], MOVE);
    if (ways.length) this.#count();
  }

  /** Motion that jerks only keeps the next answer waiting: where a move is seen in few frames, it was the last. */
  #count(frames = 0, began = performance.now()) {
    requestAnimationFrame((now) => {
      if (now - began < MOVE.duration) this.#count(frames + 1, began);
      else if (now - began < 3 * MOVE.duration) this.#moves = frames >= SMOOTH; // longer: nobody was looking
    });
  }
}
