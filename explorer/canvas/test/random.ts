/** Numbers in [0, 1) that are the same in every run. */
export function seeded(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export function randomPoints(count: number, seed = 1): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: 2 * count }, () => 2 * random() - 1);
}
