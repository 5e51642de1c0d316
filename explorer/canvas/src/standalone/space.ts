/** From places of the map to z, as explorer/live/views.py and neighbours.py have it. */
import type { Content } from "./content";
import type { Header } from "./header";

/** Neighbours whose mean distance tells how dense a place is. */
const TRUSTED = 8;
/** A place is fully trusted up to this many times the typical spacing of the items. */
const SPACINGS = 2;

export interface Near {
  items: number[];
  distances: number[];
}

export interface Found {
  z: Float32Array;
  nearest: number;
  trust: number;
}

/** The `count` rows (of `size` numbers) nearest to a point, nearest first; all are measured. */
export function nearestRows(
  rows: Float32Array,
  size: number,
  point: ArrayLike<number>,
  count: number,
): Near {
  const [items, squares]: [number[], number[]] = [[], []];
  const total = rows.length / size;
  let farthest = Infinity;
  for (let row = 0, at = 0; row < total; row++) {
    let square = 0;
    for (let k = 0; k < size; k++, at++) square += (rows[at] - point[k]) ** 2;
    if (!(square < farthest || items.length < count)) continue;
    let to = items.length;
    while (to > 0 && square < squares[to - 1]) to--;
    items.splice(to, 0, row);
    squares.splice(to, 0, square);
    if (items.length > count) {
      items.pop();
      squares.pop();
    }
    if (items.length === count) farthest = squares[count - 1];
  }
  return { items, distances: squares.map(Math.sqrt) };
}

/** How dense a place is whose nearest items are so far away, 0 to 1; see PROTOCOL.md. */
export function trustOf(distances: readonly number[], spacing: number): number {
  const near = distances.slice(0, TRUSTED);
  const distance = near.reduce((all, one) => all + one, 0) / near.length;
  const trusted = SPACINGS * spacing;
  return distance <= trusted ? 1 : (trusted / distance) ** 2;
}

/** Weights of the nearest but the last of `distances`, nearest first; they sum to 1 (Shepard). */
export function shepard(distances: readonly number[]): number[] {
  const inner = distances.slice(0, -1);
  const radius = distances[distances.length - 1];
  const atItem = inner.some((distance) => distance === 0);
  const weights = inner.map((distance) =>
    atItem ? Number(distance === 0) : ((1 - distance / radius) * (inner[0] / distance)) ** 2,
  );
  const total = weights.reduce((all, one) => all + one, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 1 / weights.length));
}

export class Space {
  /** μ of every item, one after the other. */
  readonly latents: Float32Array;
  private readonly dim: number;
  private readonly points: Float32Array;
  private readonly centre: Float32Array;
  private readonly plane: { mean: Float32Array; axes: Float32Array[] } | null = null;

  constructor(private readonly content: Content<Header>) {
    const { dim, seen } = content.header;
    this.dim = dim;
    this.latents = content.numbers("latents").values;
    this.points = content.numbers("points").values;
    this.centre = content.numbers("centre").values;
    if (seen.kind === "linear") {
      const both = content.numbers("plane").values;
      const axes = [both.subarray(0, dim), both.subarray(dim)];
      this.plane = { mean: content.numbers("plane.mean").values, axes };
    }
  }

  of(item: number): Float32Array {
    return this.latents.slice(item * this.dim, (item + 1) * this.dim);
  }

  /** What lies at a place; what the view leaves open is the nearest item's or the mean's. */
  at(x: number, y: number, fromNearest: boolean): Found {
    const { seen } = this.content.header;
    // On a line the height of a point means nothing.
    const place = [x, seen.axes?.length === 1 ? 0 : y];
    const around = Math.max(TRUSTED, (seen.k ?? 0) + 1);
    const near = nearestRows(this.points, 2, place, around);
    const rest = fromNearest ? this.of(near.items[0]) : this.centre.slice();
    const z = this.latent(place, rest, near);
    return { z, nearest: near.items[0], trust: trustOf(near.distances, seen.spacing) };
  }

  /** The items whose μ is nearest to z. */
  nearest(z: Float32Array, count: number): Near {
    return nearestRows(this.latents, this.dim, z, count);
  }

  private latent(place: number[], rest: Float32Array, near: Near): Float32Array {
    const { seen } = this.content.header;
    if (seen.kind === "neighbours") return this.mean(near, seen.k ?? TRUSTED);
    if (this.plane) return this.inPlane(place, rest);
    (seen.axes ?? []).forEach((axis, k) => (rest[axis] = place[k]));
    return rest;
  }

  private inPlane(place: number[], rest: Float32Array): Float32Array {
    const { mean, axes } = this.plane!;
    const steps = axes.map((axis, k) => {
      let along = 0;
      for (let i = 0; i < this.dim; i++) along += (rest[i] - mean[i]) * axis[i];
      return place[k] - along;
    });
    return rest.map((value, i) => value + steps[0] * axes[0][i] + steps[1] * axes[1][i]);
  }

  private mean({ items, distances }: Near, k: number): Float32Array {
    if (items.length === 1) return this.of(items[0]);
    const weights = shepard(distances.slice(0, k + 1));
    const sum = new Float64Array(this.dim);
    weights.forEach((weight, which) => {
      const from = items[which] * this.dim;
      for (let i = 0; i < this.dim; i++) sum[i] += weight * this.latents[from + i];
    });
    return Float32Array.from(sum);
  }
}
