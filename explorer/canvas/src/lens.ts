/** How places of a map get onto the window: one matrix, for flat maps and for those in space. */
import type { Scene } from "./scales";
import type { View } from "./view";

export interface Lens {
  /** The window, in CSS pixels. */
  width: number;
  height: number;
  /** 4 × 4, column by column, from the map to clip space. */
  matrix: readonly number[];
  /** The depth at which things are as large as they are; a flat map lies there. */
  middle: number;
}

/** Where a place is seen, in CSS pixels, and how near: 1 at the middle, more in front of it. */
export type Seen = [x: number, y: number, near: number];

/** What is nearer to the eye than this share of the middle's depth is not seen. */
export const NEAREST = 0.05;

export function flatLens({ width, height, scale, u, v }: View): Lens {
  const [x, y] = [(2 * scale) / width, (2 * scale) / height];
  // prettier-ignore
  const matrix = [
    x, 0, 0, 0,
    0, y, 0, 0,
    0, 0, 0, 0,
    -u * x, -v * y, 0, 1,
  ];
  return { width, height, matrix, middle: 1 };
}

/** Where a place is seen; NaN where it lies nowhere, or behind the eye. */
export function seen({ matrix: m, middle, width, height }: Lens, u: number, v: number, w = 0): Seen {
  const depth = m[3] * u + m[7] * v + m[11] * w + m[15];
  if (!(depth > NEAREST * middle)) return [NaN, NaN, 0];
  const x = (m[0] * u + m[4] * v + m[8] * w + m[12]) / depth;
  const y = (m[1] * u + m[5] * v + m[9] * w + m[13]) / depth;
  return [((x + 1) / 2) * width, ((1 - y) / 2) * height, middle / depth];
}

/** In place of where a point is seen that is not. */
export const ABSENT = 1e9;

/** Where all points are seen: x and y in clip space, and how near; `ABSENT` where one is not. */
export function seenAll({ points, dims, count }: Scene, { matrix, middle }: Lens): Float32Array {
  // As `seen` says, without an array for each of a million points.
  const [a, b, , c, d, e, , f, g, h, , i, j, k, , l] = matrix;
  const found = new Float32Array(3 * count);
  for (let at = 0, from = 0, to = 0; at < count; at++, from += dims, to += 3) {
    const [u, v, w] = [points[from], points[from + 1], dims === 3 ? points[from + 2] : 0];
    const depth = c * u + f * v + i * w + l;
    const there = depth > NEAREST * middle;
    found[to] = there ? (a * u + d * v + g * w + j) / depth : ABSENT;
    found[to + 1] = there ? (b * u + e * v + h * w + k) / depth : ABSENT;
    found[to + 2] = there ? middle / depth : 0;
  }
  return found;
}
