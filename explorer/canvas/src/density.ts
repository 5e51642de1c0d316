/** How many points lie in each part of the map: the shading beneath a crowd, and the minimap. */

export interface Density {
  side: number;
  /** side × side, row 0 at the bottom; smoothed, 0 to 1 on a logarithmic scale. */
  shares: Float32Array;
}

const BLURS = 2;

/** Count points (u, v in −1 to 1) in side × side cells, smooth them a little and take logarithms. */
export function densityOf(points: Float32Array, side: number): Density {
  const counts = new Float32Array(side * side);
  for (let i = 0; i < points.length; i += 2) {
    const column = cellOf(points[i], side);
    const row = cellOf(points[i + 1], side);
    if (column >= 0 && row >= 0) counts[row * side + column]++;
  }
  for (let pass = 0; pass < BLURS; pass++) blur(counts, side);
  let most = 0;
  for (const count of counts) if (count > most) most = count;
  const scale = most > 0 ? 1 / Math.log1p(most) : 0;
  return { side, shares: counts.map((count) => Math.log1p(count) * scale) };
}

function cellOf(u: number, side: number): number {
  if (!(u >= -1 && u <= 1)) return -1;
  return Math.min(side - 1, Math.floor(((u + 1) / 2) * side));
}

/** A box of three by three, first along the rows and then along the columns. */
function blur(values: Float32Array, side: number): void {
  const line = new Float32Array(side);
  for (const [step, next] of [
    [1, side],
    [side, 1],
  ]) {
    for (let n = 0; n < side; n++) {
      const base = n * next;
      for (let k = 0; k < side; k++) {
        const before = k > 0 ? values[base + (k - 1) * step] : 0;
        const after = k < side - 1 ? values[base + (k + 1) * step] : 0;
        line[k] = (before + values[base + k * step] + after) / 3;
      }
      for (let k = 0; k < side; k++) values[base + k * step] = line[k];
    }
  }
}
