/** How points get onto the screen: by WebGL, or on a plain canvas for smaller maps. */
import type { Lens } from "../lens";
import type { Moving } from "../moving";
import type { Scene } from "../scales";
import type { Styles } from "./model";

/** The most points that are drawn without WebGL. */
export const PLAIN_MOST = 50_000;

/** One drawing of the points. */
export interface Shot {
  lens: Lens;
  /** How wide a point is at the middle's depth, in CSS pixels. */
  size: number;
  /** How far along points are on their way from where they were; 1 where they are there. */
  share: number;
  /** Only every so manieth point is in the order: more do not fit between two frames. They are larger. */
  step: number;
}

export interface Renderer {
  readonly kind: "webgl" | "plain";
  setPoints(scene: Scene): void;
  /** The style of each point. */
  setCodes(codes: Uint16Array): void;
  /** How the styles look. */
  setStyles(styles: Styles): void;
  /** On which way points are; null where they are there. */
  setMoving(moving: Moving | null): void;
  /** Which points are drawn in which order, the first beneath the others; null for all in theirs. */
  setOrder(order: Uint32Array | null): void;
  draw(shot: Shot): void;
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

/** What depth does to a point: the nearer, the larger and the more opaque. 1 at the middle's depth. */
export const DEPTH = { size: 1.25, most: 3, ink: 2.2, least: 0.15 };

export function nearer(near: number): { size: number; ink: number } {
  const { size, most, ink, least } = DEPTH;
  return { size: Math.min(most, near ** size), ink: Math.max(least, near ** ink) };
}
