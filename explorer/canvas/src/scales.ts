/** From the numbers that Python sends to the square in which everything is drawn and looked up. */

/**
 * Points in the unit square or cube, −1 to 1 in their longest extent, with equal scales on all axes.
 *
 * A point that is not finite lies nowhere: it is NaN here, is never drawn and never found.
 */
export class Scene {
  readonly count: number;
  private bulkKept: Bulk | null = null;

  private constructor(
    /** The numbers of each point, `dims` in turn. */
    readonly points: Float32Array,
    readonly dims: 2 | 3,
    readonly centre: readonly number[],
    readonly half: number,
    /** Half width, half height and half depth of what is there, at most 1. */
    readonly extent: readonly [number, number, number],
    /** How far from the centre the outermost point is. */
    readonly radius: number,
  ) {
    this.count = points.length / dims;
  }

  static of(given: Float32Array, dims: 2 | 3 = 2): Scene {
    const [low, high] = [new Array<number>(dims).fill(Infinity), new Array<number>(dims).fill(-Infinity)];
    for (let i = 0; i < given.length; i += dims) {
      if (!allFinite(given, i, dims)) continue;
      for (let k = 0; k < dims; k++) {
        if (given[i + k] < low[k]) low[k] = given[i + k];
        if (given[i + k] > high[k]) high[k] = given[i + k];
      }
    }
    if (!(low[0] <= high[0])) [low, high].forEach((ends) => ends.fill(0));
    const centre = low.map((least, k) => least + (high[k] - least) / 2);
    const span = Math.max(...low.map((least, k) => high[k] - least));
    const half = span > 0 ? span / 2 : 1;
    const points = new Float32Array(given.length);
    let radius = 0;
    for (let i = 0; i < given.length; i += dims) {
      let length = 0;
      for (let k = 0; k < dims; k++) {
        const at = (given[i + k] - centre[k]) / half;
        points[i + k] = at;
        length += at * at;
      }
      if (!Number.isFinite(length)) points.fill(NaN, i, i + dims);
      else if (length > radius) radius = length;
    }
    // One point, or many on one spot, still get some room around them.
    const floor = 0.05;
    const [wide, tall, deep = floor] = low.map((least, k) => Math.max(floor, (high[k] - least) / 2 / half));
    return new Scene(points, dims, centre, half, [wide, tall, deep], Math.max(floor, Math.sqrt(radius)));
  }

  /** Where nearly all points are, so that a few far ones leave them room; all where none is far. */
  get bulk(): Bulk {
    return (this.bulkKept ??= bulkOf(this));
  }

  /** The place of a point: u, v, and w in space. */
  at(index: number): [number, number, number] {
    const from = this.dims * index;
    return [this.points[from], this.points[from + 1], this.dims === 3 ? this.points[from + 2] : 0];
  }

  /** From the square to Python's coordinates. */
  toData(u: number, v: number): [number, number] {
    return [this.centre[0] + u * this.half, this.centre[1] + v * this.half];
  }

  /** From Python's coordinates to the square, or to the cube where all three are known. */
  toUnit(x: number, y: number): [number, number];
  toUnit(...place: readonly number[]): number[];
  toUnit(...place: readonly number[]): number[] {
    return place.map((at, k) => (at - (this.centre[k] ?? 0)) / this.half);
  }
}

/** A ball in which nearly all points are. */
export interface Bulk {
  middle: [number, number, number];
  radius: number;
}

/** As many points as say where most are; of each axis the median, and the share that is not far from it. */
const SAMPLED = 20_000;
const NEARLY_ALL = 0.98;
/** Points are far that are this much farther away than nearly all. */
export const ROOM = 1.3;

function bulkOf(scene: Scene): Bulk {
  const step = Math.max(1, Math.ceil(scene.count / SAMPLED));
  const places: [number, number, number][] = [];
  for (let index = 0; index < scene.count; index += step) {
    const place = scene.at(index);
    if (!Number.isNaN(place[0])) places.push(place);
  }
  if (places.length === 0) return { middle: [0, 0, 0], radius: scene.radius };
  const rising = (numbers: number[]): number[] => numbers.sort((a, b) => a - b);
  const median = (k: number): number => rising(places.map((place) => place[k]))[places.length >> 1];
  const middle: Bulk["middle"] = [median(0), median(1), median(2)];
  const away = rising(places.map((place) => Math.hypot(...place.map((at, k) => at - middle[k]))));
  const radius = ROOM * away[Math.floor(NEARLY_ALL * (away.length - 1))];
  const none = radius >= away[away.length - 1] || radius === 0;
  return none ? { middle: [0, 0, 0], radius: scene.radius } : { middle, radius };
}

function allFinite(numbers: Float32Array, from: number, count: number): boolean {
  for (let k = from; k < from + count; k++) if (!Number.isFinite(numbers[k])) return false;
  return true;
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
