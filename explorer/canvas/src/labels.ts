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
  size: number;
}

const SIDE = 32;

/**
 * Where the name of each class belongs: where its points are densest.
 *
 * The mean would lie in the middle of a ring, and between two halves; the densest place is always
 * among the class's own points. Classes without points have size 0.
 */
export function anchorsOf(
  points: Float32Array,
  codes: ArrayLike<number>,
  classes: number,
): Anchor[] {
  const cells = SIDE * SIDE;
  const counts = new Float32Array(classes * cells);
  const sizes = new Uint32Array(classes);
  for (let i = 0; i < codes.length; i++) {
    const cell = cellOf(points[2 * i], points[2 * i + 1]);
    if (cell < 0 || codes[i] >= classes) continue;
    counts[codes[i] * cells + cell]++;
    sizes[codes[i]]++;
  }
  const densest = Array.from({ length: classes }, (_, code) =>
    peak(counts.subarray(code * cells, (code + 1) * cells)),
  );
  // The mean of the points around the densest cell: not bound to the middle of a cell.
  const sums = new Float64Array(3 * classes);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    const cell = cellOf(points[2 * i], points[2 * i + 1]);
    if (cell < 0 || code >= classes || !touches(cell, densest[code])) continue;
    sums[3 * code] += points[2 * i];
    sums[3 * code + 1] += points[2 * i + 1];
    sums[3 * code + 2]++;
  }
  return Array.from({ length: classes }, (_, code) => {
    const [u, v, n] = sums.subarray(3 * code, 3 * code + 3);
    return { u: n ? u / n : 0, v: n ? v / n : 0, size: sizes[code] };
  });
}

function along(part: number): number {
  return Math.min(SIDE - 1, Math.max(0, Math.floor(((part + 1) / 2) * SIDE)));
}

function cellOf(u: number, v: number): number {
  return u === u && v === v ? along(v) * SIDE + along(u) : -1;
}

function touches(cell: number, other: number): boolean {
  const columns = Math.abs((cell % SIDE) - (other % SIDE));
  return columns <= 1 && Math.abs(Math.floor(cell / SIDE) - Math.floor(other / SIDE)) <= 1;
}

/** The cell that holds most together with its eight neighbours. */
function peak(counts: Float32Array): number {
  let [best, most] = [0, -1];
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    let around = 0;
    for (let row = -1; row <= 1; row++) {
      for (let column = -1; column <= 1; column++) {
        const [x, y] = [(cell % SIDE) + column, Math.floor(cell / SIDE) + row];
        if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) around += counts[y * SIDE + x];
      }
    }
    if (around > most) [best, most] = [cell, around];
  }
  return best;
}

/**
 * Which names are drawn: in order of weight, each that fits into the window and overlaps none that
 * was placed before, nor any of the boxes that are taken. The rest appear as one zooms in and they move apart.
 */
export function placed(
  candidates: readonly Candidate[],
  width: number,
  height: number,
  boxes: readonly Box[] = [],
  gap = 4,
): number[] {
  const order = candidates
    .map((_, index) => index)
    .sort((a, b) => candidates[b].weight - candidates[a].weight || a - b);
  const [places, taken]: [number[], Box[]] = [[], [...boxes]];
  for (const index of order) {
    const one = candidates[index];
    const inside =
      one.x - one.width / 2 >= 0 &&
      one.x + one.width / 2 <= width &&
      one.y - one.height / 2 >= 0 &&
      one.y + one.height / 2 <= height;
    if (!inside || taken.some((other) => overlap(one, other, gap))) continue;
    places.push(index);
    taken.push(one);
  }
  return places;
}

function overlap(a: Box, b: Box, gap: number): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 + gap &&
    Math.abs(a.y - b.y) < (a.height + b.height) / 2 + gap
  );
}
