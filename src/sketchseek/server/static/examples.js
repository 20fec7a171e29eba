/** A handful of drawings to tap, for those who want to see something first. */

import { make, sign } from "./dom.js";
import { SIDE } from "./drawing.js";

/** Fill a list with examples; a tap puts one onto the paper, and a press that moves draws on the paper below. */
export async function offer(list, drawing, pointers) {
  const response = await fetch("/static/examples.json").catch(() => null);
  if (!response?.ok) return;
  for (const { name, strokes } of await response.json()) {
    const button = make("button", { type: "button", title: name }, sign(strokes.map(line), SIDE));
    button.setAttribute("aria-label", `Try a drawing of a ${name}`);
    button.addEventListener("click", () => {
      drawing.replace(strokes);
      document.getElementById("canvas").focus({ preventScroll: true });
    });
    pointers.over(button);
    list.append(make("li", {}, button));
  }
}

const line = ([xs, ys]) => `M${xs.map((x, i) => `${x} ${ys[i]}`).join("L")}`;
