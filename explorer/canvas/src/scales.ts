/** From the numbers that Python sends to the square in which everything is drawn and looked up. */

/**
 * Points in the unit square, −1 to 1 in their longer extent, with equal scales on both axes.
 *
 * A point that is not finite lies nowhere: it is NaN here, is never drawn and never found.
 */
export class Scene {
  readonly count: number;

  private constructor(
    readonly points: Float32Array,
    readonly centre: readonly [number, number],
    readonly half: number,
    /** Half width and half height of what is there, at most 1. */
    readonly extent: readonly [number, number],
  ) {
    this.count = points.length / 2;
  }

  static of(xy: Float32Array): Scene {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = [xy[i], xy[i + 1]];
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < bottom) bottom = y;
      if (y > top) top = y;
    }
    if (!(left <= right)) [left, right, bottom, top] = [0, 0, 0, 0];
    const centre: [number, number] = [left + (right - left) / 2, bottom + (top - bottom) / 2];
    const span = Math.max(right - left, top - bottom);
    const half = span > 0 ? span / 2 : 1;
    const points = new Float32Array(xy.length);
    for (let i = 0; i < xy.length; i += 2) {
      const [u, v] = [(xy[i] - centre[0]) / half, (xy[i + 1] - centre[1]) / half];
      const there = Number.isFinite(u) && Number.isFinite(v);
      points[i] = there ? u : NaN;
      points[i + 1] = there ? v : NaN;
    }
    // One point, or many on one spot, still get some room around them.
    const floor = 0.05;
    return new Scene(points, centre, half, [
      Math.max(floor, (right - left) / 2 / half),
      Math.max(floor, (top - bottom) / 2 / half),
    ]);
  }

  /** From the square to Python's coordinates. */
  toData(u: number, v: number): [number, number] {
    return [this.centre[0] + u * this.half, this.centre[1] + v * this.half];
  }

  /** From Python's coordinates to the square. */
  toUnit(x: number, y: number): [number, number] {
    return [(x - this.centre[0]) / this.half, (y - this.centre[1]) / this.half];
  }
}

/** Between which of `count` even places `share` (0 to 1) lies, and how far from the first of the two. */
export function between(share: number, count: number): [first: number, part: number] {
  const along = Math.min(1, Math.max(0, share)) * (count - 1);
  const first = Math.min(count - 2, Math.floor(along));
  return [first, along - first];
}

/** The value at a share of what lies between two ends. */
export function valueAt({ low, high }: { low: number; high: number }, share: number): number {
  return low + (high - low) * share;
}

/** A number as people read it in a legend: three significant digits, no long tails. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** A count with separators, the same for everyone. */
export function counted(value: number): string {
  return value.toLocaleString("en-US");
}
