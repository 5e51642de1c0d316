/** Ways through the latent space, as vae_core/latent.py has them. */

export type Point = readonly number[];

const length = (z: Point): number => Math.hypot(...z);

/** The point at `t` (0 to 1) of the straight line. */
export function straight(from: Point, to: Point, t: number): number[] {
  return from.map((value, k) => value + (to[k] - value) * t);
}

/**
 * The point at `t` of the great circle: the direction turns evenly and the length goes evenly from
 * one to the other. Where the circle is not defined, the straight line is taken.
 */
export function circle(from: Point, to: Point, t: number): number[] {
  const [a, b] = [length(from), length(to)];
  if (a === 0 || b === 0) return straight(from, to, t);
  const [u, v] = [from.map((value) => value / a), to.map((value) => value / b)];
  // Exact near 0 and near half a turn, unlike the arc cosine of the product.
  const apart = length(u.map((value, k) => value - v[k]));
  const together = length(u.map((value, k) => value + v[k]));
  const angle = 2 * Math.atan2(apart, together);
  const sine = Math.sin(angle);
  if (sine < 1e-4) return straight(from, to, t);
  const [x, y] = [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  const far = a + (b - a) * t;
  return u.map((value, k) => (x * value + y * v[k]) * far);
}

/** How to name a place on the path: its ends in words, the rest as its share. */
export function placeWords(t: number): string {
  if (t <= 0) return "start";
  if (t >= 1) return "end";
  return `${Math.round(100 * t)} %`;
}
