/** Names on the map: where each belongs, and which of them have room. */

export interface Box {
  /** The middle on the screen, in CSS pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Candidate extends Box {
  /** The larger it is, the sooner it gets its place. */
  weight: number;
}

export interface Anchor {
  u: number;
  v: number;
  w: number;
  size: number;
}

/** Whose names are to be placed. */
export interface Members {
  points: Float32Array;
  dims: 2 | 3;
  /** The finest code of each point; `of` says which class a code belongs to, itself without one. */
  codes: ArrayLike<number>;
  of?: ArrayLike<number> | null;
  /** Points that do not count. */
  accept?: (index: number) => boolean;
}

/** A part of the map: where it begins and how large it is, on each axis. */
export interface Part {
  low: readonly number[];
  size: readonly number[];
}

/** Cells along each axis in which points are counted. */
const SIDES = { 2: 32, 3: 12 };
// A hair more than all: a point at the very end may be rounded to beyond it.
const ALL: Part = { low: [-1.001, -1.001, -1.001], size: [2.002, 2.002, 2.002] };
/** So many names are placed, those of the largest classes. */
const MOST = 400;

/**
 * Where the name of each class belongs: where its points are densest, of those in a part of the map.
 *
 * The mean would lie in the middle of a ring, and between two halves; the densest place is always
 * among the class's own points. Classes without points there, or without a name, have size 0.
 */
export function anchorsOf(members: Members, classes: number, part: Part = ALL): Anchor[] {
  const { points, dims, codes, of, accept } = members;
  const side = SIDES[dims];
  const cells = side ** dims;
  const sizes = new Uint32Array(classes);
  const cellAt = new Int32Array(codes.length).fill(-1);
  for (let i = 0; i < codes.length; i++) {
    const code = of ? of[codes[i]] : codes[i];
    if (!(code >= 0 && code < classes) || (accept && !accept(i))) continue;
    cellAt[i] = cellOf(points, dims * i, dims, side, part);
    if (cellAt[i] >= 0) sizes[code]++;
  }
  const named = largest(sizes, MOST);
  const counts = new Float32Array(cells * named.length);
  const rank = new Int32Array(classes).fill(-1);
  named.forEach((code, at) => (rank[code] = at));
  const rankOf = (i: number): number => (cellAt[i] < 0 ? -1 : rank[of ? of[codes[i]] : codes[i]]);
  for (let i = 0; i < codes.length; i++) {
    const at = rankOf(i);
    if (at >= 0) counts[at * cells + cellAt[i]]++;
  }
  const densest = named.map((_, at) => peak(counts.subarray(at * cells, (at + 1) * cells), side, dims));
  // The mean of the points around the densest cell: not bound to the middle of a cell.
  const sums = new Float64Array(4 * named.length);
  for (let i = 0; i < codes.length; i++) {
    const at = rankOf(i);
    if (at < 0 || !touches(cellAt[i], densest[at], side, dims)) continue;
    for (let k = 0; k < dims; k++) sums[4 * at + k] += points[dims * i + k];
    sums[4 * at + 3]++;
  }
  return Array.from({ length: classes }, (_, code) => {
    const at = rank[code];
    if (at < 0) return { u: 0, v: 0, w: 0, size: 0 };
    const [u, v, w, n] = sums.subarray(4 * at, 4 * at + 4);
    return { u: u / n, v: v / n, w: w / n, size: sizes[code] };
  });
}

/** The classes that have points, the largest of them. */
function largest(sizes: Uint32Array, most: number): number[] {
  const some = [...sizes.keys()].filter((code) => sizes[code] > 0);
  return some.sort((a, b) => sizes[b] - sizes[a] || a - b).slice(0, most);
}

/** In which cell of a part a point lies, −1 outside of it. */
function cellOf(points: Float32Array, from: number, dims: number, side: number, part: Part): number {
  let cell = 0;
  for (let k = dims - 1; k >= 0; k--) {
    const at = (points[from + k] - part.low[k]) / part.size[k];
    if (!(at >= 0 && at <= 1)) return -1;
    cell = cell * side + Math.min(side - 1, Math.floor(at * side));
  }
  return cell;
}

function touches(cell: number, other: number, side: number, dims: number): boolean {
  let [a, b] = [cell, other];
  for (let k = 0; k < dims; k++) {
    if (Math.abs((a % side) - (b % side)) > 1) return false;
    [a, b] = [Math.floor(a / side), Math.floor(b / side)];
  }
  return true;
}

/** The cell that holds most together with those around it. */
function peak(counts: Float32Array, side: number, dims: number): number {
  const around = Float32Array.from(counts);
  // Along one axis after the other: the sum of three, then of nine, then of twenty-seven.
  for (let k = 0, step = 1; k < dims; k++, step *= side) {
    const before = Float32Array.from(around);
    for (let cell = 0; cell < counts.length; cell++) {
      const column = Math.floor(cell / step) % side;
      if (column > 0) around[cell] += before[cell - step];
      if (column < side - 1) around[cell] += before[cell + step];
    }
  }
  let [best, most] = [0, -1];
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] > 0 && around[cell] > most) [best, most] = [cell, around[cell]];
  }
  return best;
}

/** A name that has room: which one, and the middle of where it is written. */
export interface Placed {
  index: number;
  x: number;
  y: number;
}

/** Where a name may move to if its own place is taken, in its own widths and heights; nearest first. */
export const ASIDE: readonly (readonly [number, number])[] = [
  [0, 0], [0, -1.4], [0, 1.4], [-1.2, 0], [1.2, 0], [-0.6, -1.4], [0.6, -1.4], [-0.6, 1.4], [0.6, 1.4],
  [-1.2, -1.4], [1.2, -1.4], [-1.2, 1.4], [1.2, 1.4], [0, -2.8], [0, 2.8], [-1.2, -2.8], [1.2, -2.8],
  [-1.2, 2.8], [1.2, 2.8],
]; // prettier-ignore
const THERE: typeof ASIDE = [[0, 0]];

/**
 * Which names are drawn, and where: in order of weight, each at the first of its `places` where it
 * overlaps none that was placed before, nor any of the boxes that are taken; at the edge of the
 * window it is moved inside, a name that moves at all also off its covered `sides`. The rest appear as one zooms in and they move apart.
 */
export function placed(
  candidates: readonly Candidate[],
  width: number,
  height: number,
  boxes: readonly Box[] = [],
  places: typeof ASIDE = THERE,
  gap = 4,
  sides: readonly [left: number, right: number] = [0, 0],
): Placed[] {
  const order = candidates
    .map((_, index) => index)
    .sort((a, b) => candidates[b].weight - candidates[a].weight || a - b);
  const [found, taken]: [Placed[], Box[]] = [[], [...boxes]];
  for (const index of order) {
    const one = candidates[index];
    for (const [right, down] of places) {
      // Who moves does not go beneath what covers the sides of the window.
      const [low, high] = right || down ? sides : [0, 0];
      const x = low + inside(one.x + right * one.width - low, one.width, width - low - high);
      const y = inside(one.y + down * one.height, one.height, height);
      const box = { x, y, width: one.width, height: one.height };
      if (taken.some((other) => overlap(box, other, gap))) continue;
      found.push({ index, x, y });
      taken.push(box);
      break;
    }
  }
  return found;
}

/**
 * Where the line begins that leads from a name to what it belongs to: on the edge of its box, null
 * where the place is under the name, or so close that no line is needed.
 */
export function leaderOf(box: Box, [x, y]: readonly [number, number], least = 6): [number, number] | null {
  const from: [number, number] = [
    Math.max(box.x - box.width / 2, Math.min(box.x + box.width / 2, x)),
    Math.max(box.y - box.height / 2, Math.min(box.y + box.height / 2, y)),
  ];
  return Math.hypot(from[0] - x, from[1] - y) > least ? from : null;
}

/** The middle nearest to `at` of something `size` long that lies within 0 to `end`. */
function inside(at: number, size: number, end: number): number {
  return Math.max(size / 2, Math.min(end - size / 2, at));
}

function overlap(a: Box, b: Box, gap: number): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap &&
    Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap
  );
}
