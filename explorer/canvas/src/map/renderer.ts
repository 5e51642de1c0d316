/** How points get onto the screen: WebGL by regl-scatterplot, or a plain canvas for smaller maps. */
import type { Styles } from "./model";
import type { View } from "../view";

/** The most points that are drawn without WebGL. */
export const PLAIN_MOST = 50_000;

export interface Points {
  /** u and v of each point. */
  places: Float32Array;
  styleOf(index: number): number;
}

export interface Renderer {
  readonly kind: "webgl" | "plain";
  /** How styles look from the next drawing on; `size` in CSS pixels. */
  setStyles(styles: Styles, size: number): void;
  /** Take over points and the style of each, and draw them. */
  setPoints(points: Points, view: View): Promise<void>;
  /** Draw the points again, seen differently or in styles that look different. */
  draw(view: View): Promise<void>;
  destroy(): void;
}

/** How wide points are drawn: fewer are larger, and nearer ones too. CSS pixels. */
export function pointSize(count: number, zoom: number): number {
  const base =
    count <= 300 ? 9 : count <= 3_000 ? 6.5 : count <= 20_000 ? 4.5 : count <= 200_000 ? 3 : 2;
  return Math.min(14, base * Math.max(1, zoom) ** 0.35);
}

/**
 * How opaque a point is: the more of them share a pixel, the less, so that a crowd shows its shape.
 *
 * `inView` points of `size` pixels on a window of `area`; of which a map uses about a third.
 */
export function pointOpacity(inView: number, size: number, area: number): number {
  const layers = (inView * size * size) / Math.max(1, area / 3);
  return Math.min(0.88, Math.max(0.1, 1 / (1 + 0.5 * layers)));
}
