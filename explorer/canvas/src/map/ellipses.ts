/** How far posteriors reach: an ellipse of one standard deviation around each item's place. */
import type { Context } from "./context";

export interface Ellipses {
  /** In the coordinates of the map. */
  at: [number, number][];
  /** Of each the variance along x, the covariance, and the variance along y. */
  spread: [number, number, number][];
  /** The one that is drawn stronger, −1 for none. */
  marked: number;
}

export const NO_ELLIPSES: Ellipses = { at: [], spread: [], marked: -1 };

/** The half axes of an ellipse, and by how much the longer one is turned from x towards y. */
export interface Shape {
  long: number;
  short: number;
  angle: number;
}

export function readEllipses(said: string): Ellipses {
  return JSON.parse(said) as Ellipses;
}

/** The ellipse of one standard deviation: the roots of a covariance's eigenvalues, along its axes. */
export function shapeOf([xx, xy, yy]: readonly [number, number, number]): Shape {
  const middle = (xx + yy) / 2;
  const apart = Math.hypot((xx - yy) / 2, xy);
  return {
    long: Math.sqrt(Math.max(0, middle + apart)),
    short: Math.sqrt(Math.max(0, middle - apart)),
    angle: apart > 0 ? Math.atan2(2 * xy, xx - yy) / 2 : 0,
  };
}

/** Thinner than this, in CSS pixels, an ellipse could not be told from a line; a line it then is. */
const THINNEST = 0.75;

export function drawEllipses(
  context: CanvasRenderingContext2D,
  ctx: Context,
  { at, spread, marked }: Ellipses,
  strength: number,
): void {
  const { model, stage } = ctx;
  const { text, accent, background } = ctx.theme();
  const scale = stage.view.scale / model.scene.half;
  const one = (which: number, colour: string, width: number, alpha: number, fill: number): void => {
    const [x, y] = stage.seen(...model.scene.toUnit(...at[which]));
    const { long, short, angle } = shapeOf(spread[which]);
    context.beginPath();
    // On the screen y goes down, so what turns towards y turns the other way.
    const [a, b] = [scale * long, scale * short].map((half) => Math.max(THINNEST, half));
    context.ellipse(x, y, a, b, -angle, 0, 2 * Math.PI);
    context.fillStyle = context.strokeStyle = colour;
    context.globalAlpha = strength * fill;
    context.fill();
    context.globalAlpha = strength * alpha;
    context.lineWidth = width;
    context.stroke();
  };
  at.forEach((_, which) => which !== marked && one(which, text, 1, 0.55, 0.06));
  if (marked < 0 || marked >= at.length) return;
  one(marked, background, 5, 1, 0);
  one(marked, accent, 2.5, 1, 0.18);
}
