/** A path on the map: a line from its start to its end, and where on it one is. */
import { GUESS } from "../decoded";
import { dot, stroke, written, type Spot } from "../marks";
import { between } from "../scales";
import { toScreen, type View } from "../view";
import type { Context } from "./context";

export class Way {
  /** How far along one is, 0 to 1. */
  place = 0;

  constructor(private readonly ctx: Context) {}

  draw(context: CanvasRenderingContext2D, view: View): void {
    const { path } = this.ctx.meta();
    if (!path || path.places.length < 2) return;
    const theme = this.ctx.theme();
    const { accent, background, font } = theme;
    const { scene } = this.ctx.model;
    const places = path.places.map(([x, y]) => toScreen(view, ...scene.toUnit(x, y)));
    stroke(context, places, background, 6);
    // Where there are no items the path is a guess, and looks like one.
    for (const [first, last, empty] of stretches(path.trust, GUESS)) {
      stroke(context, places.slice(first, last + 1), accent, 2.5, empty ? [2, 6] : []);
    }
    context.font = `600 13px ${font}`;
    context.textAlign = "center";
    const [start, end] = [places[0], places[places.length - 1]];
    // Close together, one name stands above and the other below.
    const close = Math.abs(start[0] - end[0]) < 44 && Math.abs(start[1] - end[1]) < 22;
    for (const [words, spot] of [["start", start], ["end", end]] as const) {
      dot(context, spot, 5, background, accent);
      const below = close && words === "end" ? end[1] >= start[1] : close && end[1] < start[1];
      context.textBaseline = below ? "top" : "bottom";
      written(context, words, [spot[0], spot[1] + (below ? 9 : -9)], theme);
    }
    dot(context, along(places, this.place), 8, accent, background);
  }
}

/**
 * The stretches of a line of places that lie among items, and those that do not: the first and the
 * last place of each, where the next one begins. A step between two places is empty if either is.
 */
export function stretches(trust: readonly number[], least: number): [number, number, boolean][] {
  const found: [number, number, boolean][] = [];
  for (let k = 1; k < trust.length; k++) {
    const empty = Math.min(trust[k - 1], trust[k]) < least;
    const last = found[found.length - 1];
    if (last?.[2] === empty) last[1] = k;
    else found.push([k - 1, k, empty]);
  }
  return found;
}

/** The place at a share of the steps of a line of places. */
export function along(places: readonly Spot[], share: number): [number, number] {
  const [first, part] = between(share, places.length);
  const [[x0, y0], [x1, y1]] = [places[first], places[first + 1]];
  return [x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
}
