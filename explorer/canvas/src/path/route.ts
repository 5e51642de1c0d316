/** A way through the latent space, as Python tells it: a line, a great circle, or drawn by hand. */
import { fromBase64 } from "../ranges";
import { between, valueAt } from "../scales";
import { circle, straight, type Point } from "./ways";

export interface RouteMeta {
  kind: "straight" | "circle" | "drawn";
  dim: number;
  /** Float32 points one after the other: the two ends; of a drawn path points evenly apart. */
  z: string;
  /** How far places on it can be trusted, evenly apart, both ends included. */
  trust: number[];
}

export class Route {
  readonly kind: RouteMeta["kind"];
  private readonly points: Point[];
  private readonly trusts: readonly number[];

  constructor({ kind, dim, z, trust }: RouteMeta) {
    const bytes = fromBase64(z);
    const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.kind = kind;
    this.trusts = trust;
    this.points = Array.from({ length: bytes.byteLength / (4 * dim) }, (_, row) =>
      Array.from({ length: dim }, (_, k) => numbers.getFloat32(4 * (row * dim + k), true)),
    );
  }

  /** The point at `t`, 0 to 1. */
  at(t: number): number[] {
    const [first, last] = [this.points[0], this.points[this.points.length - 1]];
    if (this.kind === "circle") return circle(first, last, t);
    const [k, part] = between(t, this.points.length);
    return straight(this.points[k], this.points[k + 1], part);
  }

  /** How far what lies at `t` can be trusted, 0 to 1. */
  trust(t: number): number {
    const [k, part] = between(t, this.trusts.length);
    return valueAt({ low: this.trusts[k], high: this.trusts[k + 1] }, part);
  }
}
