/** A path on the map: a line from its start to its end, and where on it one is. */
import { GUESS } from "../decoded";
import type { Box } from "../labels";
import { dot, stroke, written, type Spot } from "../marks";
import { Followed } from "../moving";
import { between } from "../scales";
import type { Context } from "./context";

/** CSS pixels: the radius of a dot, how far from its middle its name stands, and how large that is. */
const DOT = 8;
const OFF = 9;
const WORDS = { width: 38, height: 16 };

export class Way {
  /** How far along one is, 0 to 1. */
  place = 0;
  private readonly followed = new Followed();

  constructor(private readonly ctx: Context) {}

  /** The map begins to become another one. */
  moved(): void {
    this.followed.begin();
  }

  private places(): Spot[] {
    const { model, stage } = this.ctx;
    const { dims } = model.scene;
    const places = this.ctx.meta().path?.places ?? [];
    // Of a path that was made for a plane nobody knows where it lies in space.
    if (places.length < 2 || places.some(({ length }) => length < dims)) return [];
    return places.map((place, k) => {
      const [u, v, w = 0] = model.scene.toUnit(...place.slice(0, dims));
      const [x, y] = this.followed.at(`${k} of ${places.length}`, stage.seen(u, v, w), stage.share);
      return [x, y];
    });
  }

  /** What its two ends and their names cover. */
  labels(): Box[] {
    const places = this.places();
    return places.length > 0 ? endsOf(places).map(({ box }) => box) : [];
  }

  draw(context: CanvasRenderingContext2D): void {
    const places = this.places();
    const trust = this.ctx.meta().path?.trust ?? [];
    if (places.length === 0) return;
    const theme = this.ctx.theme();
    const { accent, background, font } = theme;
    stroke(context, places, background, 6);
    // Where there are no items the path is a guess, and looks like one.
    for (const [first, last, empty] of stretches(trust, GUESS)) {
      stroke(context, places.slice(first, last + 1), accent, 2.5, empty ? [2, 6] : []);
    }
    context.font = `600 13px ${font}`;
    context.textAlign = "center";
    for (const { words, spot, below } of endsOf(places)) {
      dot(context, spot, 5, background, accent);
      context.textBaseline = below ? "top" : "bottom";
      written(context, words, [spot[0], spot[1] + (below ? OFF : -OFF)], theme);
    }
    dot(context, along(places, this.place), DOT, accent, background);
  }
}

interface End {
  words: string;
  spot: Spot;
  /** Whether its name stands below it. */
  below: boolean;
  /** What the dot and its name cover. */
  box: Box;
}

/** The ends of a path with their names: close together, one stands above and the other below. */
export function endsOf(places: readonly Spot[]): [End, End] {
  const [start, end] = [places[0], places[places.length - 1]];
  const close = Math.abs(start[0] - end[0]) < 44 && Math.abs(start[1] - end[1]) < 22;
  const one = (words: string, spot: Spot, below: boolean): End => {
    const [x, y] = spot;
    const height = OFF + WORDS.height + DOT;
    const middle = (OFF + WORDS.height - DOT) / 2;
    const box = { x, y: y + (below ? middle : -middle), width: WORDS.width, height };
    return { words, spot, below, box };
  };
  return [
    one("start", start, close && end[1] < start[1]),
    one("end", end, close && end[1] >= start[1]),
  ];
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
