/**
 * Which pointer acts, and with which tool. Once a pen is seen, fingers and palms are ignored until the person
 * says otherwise: a hand that rests on the screen draws nothing. Two fingers that come together scroll the page;
 * a second one that comes later is a palm, and draws nothing.
 */

import { SIDE } from "./drawing.js";

const FINGERTIP = 24; // CSS pixels
const TOGETHER = 250; // ms
const SLIP = 6; // CSS pixels that a tap may move
const ERASER = 5; // the button number of a pen's other end

export class Pointers extends EventTarget {
  #element;
  #drawing;
  #tools;
  #tool = "pen";
  #penOnly = false;
  #acting = null; // {id, kind, tool, since}
  #pair = null; // Map of two fingers that scroll: id -> their y
  #origin = null; // event time at which the drawing's clock read zero

  /** @param tools {pen, eraser, select} */
  constructor(element, drawing, tools) {
    super();
    this.#element = element;
    this.#drawing = drawing;
    this.#tools = tools;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    element.addEventListener("pointerup", (event) => this.#up(event));
    element.addEventListener("pointercancel", (event) => this.#cancel(event));
    element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  get tool() {
    return this.#tool;
  }

  set tool(name) {
    this.#tool = name;
    this.#told();
  }

  get penOnly() {
    return this.#penOnly;
  }

  set penOnly(yes) {
    this.#penOnly = yes;
    this.#told();
  }

  /** What lies over the paper takes taps alone: a press on it that moves is a stroke, from where it began. */
  over(element) {
    let press = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || press) return;
      press = event;
      element.setPointerCapture(event.pointerId); // a quick hand is beside it with the first move
    });
    element.addEventListener("pointermove", (event) => {
      if (event.pointerId !== press?.pointerId || Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) <= SLIP) return;
      this.#down(press);
      this.#move(event);
      press = null;
    });
    for (const name of ["pointerup", "pointercancel"]) {
      element.addEventListener(name, ({ pointerId }) => pointerId === press?.pointerId && (press = null));
    }
  }

  #down(event) {
    if (event.pointerType === "pen" && !this.#penOnly) {
      if (this.#acting?.kind === "touch") this.#drop(); // the palm came first
      this.penOnly = true;
    }
    const turned = event.button === ERASER;
    const ignored = event.pointerType === "touch" && this.#penOnly;
    if (!ignored && this.#isSecond(event)) return this.#scrollWith(event);
    if (ignored || this.#pair || this.#acting || (event.button !== 0 && !turned)) return;
    event.preventDefault();
    this.#element.focus({ preventScroll: true });
    this.#element.setPointerCapture(event.pointerId);
    this.#setClock(event.timeStamp);
    const box = this.#element.getBoundingClientRect();
    const tool = this.#tools[turned ? "eraser" : this.#tool];
    this.#acting = { id: event.pointerId, kind: event.pointerType, tool, since: event.timeStamp, y: event.clientY };
    tool.begin(this.#point(event, box), (FINGERTIP * SIDE) / box.width, event.shiftKey);
  }

  #isSecond({ pointerType, timeStamp }) {
    return pointerType === "touch" && this.#acting?.kind === "touch" && timeStamp - this.#acting.since < TOGETHER;
  }

  /** What the first finger began is taken back. */
  #scrollWith(event) {
    this.#pair = new Map([[this.#acting.id, this.#acting.y], [event.pointerId, event.clientY]]);
    this.#drop();
  }

  #move(event) {
    const y = this.#pair?.get(event.pointerId);
    if (y !== undefined) {
      scrollBy({ top: (y - event.clientY) / this.#pair.size, behavior: "instant" });
      this.#pair.set(event.pointerId, event.clientY);
    }
    if (event.pointerId !== this.#acting?.id) return;
    const box = this.#element.getBoundingClientRect();
    const finer = event.getCoalescedEvents?.() ?? [];
    const events = finer.length ? finer : [event];
    this.#acting.tool.move(events.map((each) => this.#point(each, box)));
  }

  #up(event) {
    this.#part(event);
    if (event.pointerId !== this.#acting?.id) return;
    this.#move(event);
    const { tool } = this.#acting;
    this.#acting = null;
    tool.end();
  }

  #part(event) {
    if (this.#pair?.delete(event.pointerId) && !this.#pair.size) this.#pair = null;
  }

  #cancel(event) {
    this.#part(event);
    if (event.pointerId === this.#acting?.id) this.#drop();
  }

  #drop() {
    const { tool } = this.#acting;
    this.#acting = null;
    tool.cancel();
  }

  #setClock(now) {
    if (this.#drawing.isEmpty) this.#origin = now;
    else this.#origin ??= now - this.#drawing.end - 300; // a drawing from before a reload
  }

  #point(event, box) {
    return [
      ((event.clientX - box.left) / box.width) * SIDE,
      ((event.clientY - box.top) / box.height) * SIDE,
      event.timeStamp - this.#origin,
    ];
  }

  #told() {
    this.dispatchEvent(new Event("change"));
  }
}
