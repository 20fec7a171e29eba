/**
 * A question as a link. All stands behind the #: browsers send that part to no server, so no log sees it.
 *
 * The drawing: d=1 and then base64url of whole numbers, each as LEB128 bytes: of each stroke the number of points, then
 * steps from point to point on a grid of GRID units, zigzagged so that small ones of either sign stay short.
 *
 * The rest: q=1 and then base64url of JSON in ASCII: pictures as [library, number, weight], words as [text, weight],
 * filters, the drawing's weight, how alike.
 * Pictures go by number, so they mean something to their own library only. What would tell of this machine or
 * means nothing to another stays out: the folder, and what was uploaded.
 */

import { SIDE } from "./drawing.js";
import { pictureOf, wordsOf } from "./question.js";
import { simplified } from "./shapes.js";

const DRAWN = "d=1";
const ASKED = "q=1";
const GRID = 2; // units
const FINE = 1.5; // units that a dropped point may lie from the line
const MOST = 20_000; // points that the search takes

/** The address of this page with the question in it. */
export function linkTo(strokes, { parts, filters, drawingWeight, grain }) {
  const pictures = parts.filter(({ kind }) => kind === "picture").map(({ library, id, weight }) => [library, id, weight]);
  const words = parts.filter(({ kind }) => kind === "words").map(({ text, weight }) => [text, weight]);
  const { folder, ...others } = filters;
  const asked = pictures.length || words.length || Object.keys(others).length || grain;
  const rest = asked ? ascii(JSON.stringify({ pictures, ...(words.length ? { words } : {}), ...(grain ? { grain } : {}), filters: others, drawingWeight })) : "";
  const pieces = [strokes.length && DRAWN + toText(encode(strokes)), rest && ASKED + toText([...rest].map((each) => each.charCodeAt(0)))];
  return `${location.href.replace(/#.*/s, "")}#${pieces.filter(Boolean).join("&")}`;
}

/** What a fragment holds, {strokes, question}; null where it holds no question. */
export function questionIn(fragment) {
  const piece = (mark) => fragment.slice(1).split("&").find((each) => each.startsWith(mark))?.slice(mark.length);
  const [drawn, asked] = [piece(DRAWN), piece(ASKED)];
  if (!drawn && !asked) return null;
  try {
    const { pictures = [], words = [], ...rest } = asked ? JSON.parse(toBytes(asked).map((each) => String.fromCharCode(each)).join("")) : {};
    const parts = [...pictures.map((each) => pictureOf(...each)), ...words.map((each) => wordsOf(...each))];
    return { strokes: drawn ? decode(toBytes(drawn)) : [], question: { ...rest, parts } };
  } catch {
    return null; // cut off or mistyped
  }
}

function encode(strokes) {
  const bytes = [];
  let [x, y] = [0, 0];
  for (const stroke of strokes) {
    const kept = simplified(stroke, FINE);
    put(bytes, kept.length);
    for (const at of kept) {
      const [toX, toY] = [Math.round(stroke[0][at] / GRID), Math.round(stroke[1][at] / GRID)];
      put(bytes, zigzag(toX - x));
      put(bytes, zigzag(toY - y));
      [x, y] = [toX, toY];
    }
  }
  return bytes;
}

function decode(bytes) {
  const numbers = take(bytes);
  const strokes = [];
  let [x, y, at, clock] = [0, 0, 0, 0];
  while (at < numbers.length) {
    const count = numbers[at];
    const steps = numbers.slice(at + 1, at + 1 + 2 * count);
    if (count < 1 || steps.length < 2 * count || numbers.length > 3 * MOST) throw new RangeError("no drawing");
    const stroke = [[], [], []];
    for (let i = 0; i < steps.length; i += 2) {
      x += unzigzag(steps[i]);
      y += unzigzag(steps[i + 1]);
      if (Math.abs(x) > SIDE || Math.abs(y) > SIDE) throw new RangeError("far from the paper");
      stroke[0].push(x * GRID);
      stroke[1].push(y * GRID);
      stroke[2].push((clock += 10));
    }
    strokes.push(stroke);
    at += 1 + 2 * count;
  }
  return strokes;
}

const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function put(bytes, value) {
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

function take(bytes) {
  const numbers = [];
  let [value, unit] = [0, 1];
  for (const byte of bytes) {
    value += (byte % 128) * unit;
    unit *= 128;
    if (byte > 127) continue;
    numbers.push(value);
    [value, unit] = [0, 1];
  }
  if (unit > 1) throw new RangeError("cut off");
  return numbers;
}

const ascii = (json) => json.replace(/[^ -~]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);

const toText = (bytes) =>
  btoa(bytes.map((byte) => String.fromCharCode(byte)).join("")).replace(/[+/=]/g, (each) => ({ "+": "-", "/": "_", "=": "" })[each]);

const toBytes = (text) =>
  [...atob(text.replace(/[-_]/g, (each) => ({ "-": "+", _: "/" })[each]))].map((each) => each.charCodeAt(0));
