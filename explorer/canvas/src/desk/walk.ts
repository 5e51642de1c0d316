/** Ways to change many dimensions at once: a random sample, a random walk. */

export type Random = () => number;

/** A number of the standard normal distribution, by Box and Muller. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

export function sample(
  z: readonly number[],
  locked: ReadonlySet<number>,
  temperature: number,
  random: Random,
): number[] {
  return z.map((value, k) => (locked.has(k) ? value : temperature * normal(random)));
}

/** How fast a walk forgets where it began, per second. */
const PULL = 0.5;

/**
 * One step of a walk that lasts `seconds`; it never leaves where the prior expects items to be.
 *
 * An Ornstein–Uhlenbeck process: however long it goes on, its places are those of random samples.
 */
export function step(
  z: readonly number[],
  locked: ReadonlySet<number>,
  temperature: number,
  seconds: number,
  random: Random,
): number[] {
  const kept = Math.exp(-PULL * seconds);
  const spread = temperature * Math.sqrt(1 - kept * kept);
  return z.map((value, k) => (locked.has(k) ? value : kept * value + spread * normal(random)));
}
