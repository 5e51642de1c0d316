/** Marks on a canvas that several parts draw: lines, rings, dots, small pictures, haloed words. */
import { crisp } from "./decoded";
import type { Theme } from "./theme";

export type Spot = readonly [x: number, y: number];

/** Lay a path through places; the caller strokes or fills it. */
export function trace(context: CanvasRenderingContext2D, places: readonly Spot[]): void {
  context.beginPath();
  places.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
}

export function stroke(
  context: CanvasRenderingContext2D,
  places: readonly Spot[],
  colour: string,
  width: number,
  dashes: number[] = [],
): void {
  context.lineJoin = context.lineCap = "round";
  context.setLineDash(dashes);
  context.strokeStyle = colour;
  context.lineWidth = width;
  trace(context, places);
  context.stroke();
  context.setLineDash([]);
}

function circle(context: CanvasRenderingContext2D, [x, y]: Spot, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** A circle that stands out from whatever is under it. */
export function ring(
  context: CanvasRenderingContext2D,
  spot: Spot,
  radius: number,
  colour: string,
  { background }: Theme,
  dashes: number[] = [],
): void {
  circle(context, spot, radius);
  context.strokeStyle = background;
  context.lineWidth = 5;
  context.stroke();
  context.setLineDash(dashes);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

/** A dot; with an edge, it stands out too. */
export function dot(
  context: CanvasRenderingContext2D,
  spot: Spot,
  radius: number,
  fill: string,
  edge?: string,
): void {
  circle(context, spot, radius);
  context.fillStyle = fill;
  context.fill();
  if (edge === undefined) return;
  context.strokeStyle = edge;
  context.lineWidth = 2.5;
  context.stroke();
}

/** Words that can be read on top of points: as the context aligns them, on a halo. */
export function written(
  context: CanvasRenderingContext2D,
  words: string,
  [x, y]: Spot,
  { background, text }: Theme,
  halo = 1,
  strength = 1,
): void {
  context.lineJoin = "round";
  context.strokeStyle = background;
  context.lineWidth = 4;
  context.globalAlpha = halo * strength;
  context.strokeText(words, x, y);
  context.globalAlpha = strength;
  context.fillStyle = text;
  context.fillText(words, x, y);
  context.globalAlpha = 1;
}

/** A decoded picture in small, on a frame of the background's colour. */
export function framed(
  context: CanvasRenderingContext2D,
  picture: HTMLCanvasElement,
  [left, top]: Spot,
  side: number,
  { background }: Theme,
): void {
  context.fillStyle = background;
  context.fillRect(left - 1.5, top - 1.5, side + 3, side + 3);
  context.imageSmoothingEnabled = !crisp(picture);
  context.drawImage(picture, left, top, side, side);
}

const HALF = 8;

/** A diamond, unlike any point: what a visitor brought. */
export function diamond(
  context: CanvasRenderingContext2D,
  [x, y]: Spot,
  half: number,
  colour: string,
  around: string,
  width: number,
): void {
  trace(context, [
    [x, y - half],
    [x + half, y],
    [x, y + half],
    [x - half, y],
  ]);
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = around;
  context.lineWidth = width;
  context.fill();
  context.stroke();
}

/** The mark of what a visitor drew or typed. */
export function drawOwn(context: CanvasRenderingContext2D, [x, y]: Spot, theme: Theme): void {
  diamond(context, [x, y], HALF, theme.accent, theme.background, 2.5);
  context.font = `600 13px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  written(context, "yours", [x + HALF + 5, y], theme);
}
