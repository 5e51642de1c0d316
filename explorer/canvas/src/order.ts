/** In which order points are drawn, and which of them where all are too many. */

/** Whether a point is among every so manieth; those of a larger step are among those of a smaller. */
function among(index: number, share: number): boolean {
  // Scattered by the golden ratio: what repeats among the points does not repeat in this.
  return (Math.imul(index, 0x9e3779b1) >>> 0) / 2 ** 32 < share;
}

/** About every so manieth of `count` points, in rising order: the same ones each time. */
export function scattered(count: number, step: number): Uint32Array {
  const share = 1 / step;
  const kept = new Uint32Array(count);
  let length = 0;
  for (let index = 0; index < count; index++) if (among(index, share)) kept[length++] = index;
  return kept.slice(0, length);
}

const STEPS = 1 << 15;
/** How far from the middle the corner of the cube is. */
const CORNER = Math.sqrt(3);

/**
 * Points (u, v, w in turn) from the farthest to the nearest, against `back`, the way to the eye; those
 * that are `dimmed` come first, beneath all others. `some` are the points that count, else all do.
 */
export function backToFront(
  points: Float32Array,
  back: readonly number[],
  dimmed: (index: number) => boolean,
  some: Uint32Array | null = null,
): Uint32Array {
  // Counted by depth, in as many steps as nobody can tell apart.
  const count = some ? some.length : points.length / 3;
  const scale = (STEPS - 1) / (2 * CORNER);
  const keys = new Uint16Array(count);
  const starts = new Uint32Array(2 * STEPS + 1);
  for (let k = 0; k < count; k++) {
    const i = some ? some[k] : k;
    const depth = points[3 * i] * back[0] + points[3 * i + 1] * back[1] + points[3 * i + 2] * back[2];
    // A point that lies nowhere is as good as any other: NaN becomes 0.
    const key = ((depth + CORNER) * scale) | 0;
    keys[k] = dimmed(i) ? key : key + STEPS;
    starts[keys[k] + 1]++;
  }
  for (let key = 0; key < 2 * STEPS; key++) starts[key + 1] += starts[key];
  const order = new Uint32Array(count);
  for (let k = 0; k < count; k++) order[starts[keys[k]]++] = some ? some[k] : k;
  return order;
}
