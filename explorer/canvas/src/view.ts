/** What part of the square is seen: pan and zoom as pure functions of an immutable view. */

export interface View {
  /** The window, in CSS pixels. */
  width: number;
  height: number;
  /** CSS pixels to one unit of the square. */
  scale: number;
  /** The point of the square in the middle of the window. */
  u: number;
  v: number;
}

export interface Camera {
  /** How much nearer than the whole map. */
  zoom: number;
  u: number;
  v: number;
}

type Pair = readonly [number, number];

const MOST_ZOOM = 400;
const LEAST_ZOOM = 0.5;
/** Room around the points, so that none touches the edge, and for what floats over the map. */
const MARGIN = 0.88;

function wholeScale(width: number, height: number, extent: Pair): number {
  return MARGIN * Math.min(width / (2 * extent[0]), height / (2 * extent[1]));
}

/** The view that shows everything. */
export function wholeView(width: number, height: number, extent: Pair = [1, 1]): View {
  return { width, height, scale: wholeScale(width, height, extent), u: 0, v: 0 };
}

export function zoomOf(view: View, extent: Pair = [1, 1]): number {
  return view.scale / wholeScale(view.width, view.height, extent);
}

export function cameraOf(view: View, extent: Pair = [1, 1]): Camera {
  return { zoom: zoomOf(view, extent), u: view.u, v: view.v };
}

/** The view of a camera in a window of some size; a camera that makes no sense shows everything. */
export function viewOf(camera: Camera, width: number, height: number, extent: Pair = [1, 1]): View {
  const whole = wholeView(width, height, extent);
  const { zoom, u, v } = camera;
  if (![zoom, u, v].every(Number.isFinite) || zoom <= 0) return whole;
  return kept({ ...whole, scale: whole.scale * zoom, u, v }, extent);
}

export function toScreen(view: View, u: number, v: number): [number, number] {
  return [
    view.width / 2 + (u - view.u) * view.scale,
    view.height / 2 - (v - view.v) * view.scale,
  ];
}

export function toUnit(view: View, x: number, y: number): [number, number] {
  return [
    view.u + (x - view.width / 2) / view.scale,
    view.v - (y - view.height / 2) / view.scale,
  ];
}

/** Keep the zoom within reason, and some of the map in the window. */
export function kept(view: View, extent: Pair = [1, 1]): View {
  const whole = wholeScale(view.width, view.height, extent);
  const scale = Math.min(MOST_ZOOM * whole, Math.max(LEAST_ZOOM * whole, view.scale));
  return {
    ...view,
    scale,
    u: Math.min(extent[0], Math.max(-extent[0], view.u)),
    v: Math.min(extent[1], Math.max(-extent[1], view.v)),
  };
}

export function pannedBy(view: View, dx: number, dy: number, extent: Pair = [1, 1]): View {
  return kept({ ...view, u: view.u - dx / view.scale, v: view.v + dy / view.scale }, extent);
}

/** Zoom so that what is under (x, y) stays there. */
export function zoomedAt(
  view: View,
  x: number,
  y: number,
  factor: number,
  extent: Pair = [1, 1],
): View {
  const [u, v] = toUnit(view, x, y);
  const scale = kept({ ...view, scale: view.scale * factor }, extent).scale;
  const zoomed = { ...view, scale };
  const [u2, v2] = toUnit(zoomed, x, y);
  return kept({ ...zoomed, u: view.u + u - u2, v: view.v + v - v2 }, extent);
}

/** Follow two fingers: what was under them stays under them. */
export function pinched(
  view: View,
  before: readonly [Pair, Pair],
  after: readonly [Pair, Pair],
  extent: Pair = [1, 1],
): View {
  const middle = ([a, b]: readonly [Pair, Pair]): [number, number] => [
    (a[0] + b[0]) / 2,
    (a[1] + b[1]) / 2,
  ];
  const length = ([a, b]: readonly [Pair, Pair]): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const [from, to] = [middle(before), middle(after)];
  const factor = length(before) > 0 ? length(after) / length(before) : 1;
  const moved = pannedBy(view, to[0] - from[0], to[1] - from[1], extent);
  return zoomedAt(moved, to[0], to[1], factor, extent);
}

/** The view in a window of another size: the same middle at the same zoom. */
export function resized(view: View, width: number, height: number, extent: Pair = [1, 1]): View {
  return viewOf(cameraOf(view, extent), width, height, extent);
}

/**
 * How a picture drawn for `drawn` must be moved and enlarged to look like `now`: the CSS transform
 * (about the top left corner) that stands in while a heavy map is being drawn anew.
 */
export function shift(drawn: View, now: View): { x: number; y: number; scale: number } {
  const scale = now.scale / drawn.scale;
  const [u, v] = toUnit(drawn, 0, 0);
  const [x, y] = toScreen(now, u, v);
  return { x, y, scale };
}

/** The same as a 4 × 4 matrix, column by column, from the square to clip space over its height. */
export function matrixOf(view: View): Float32Array {
  const scale = (2 * view.scale) / view.height;
  // prettier-ignore
  return new Float32Array([
    scale, 0, 0, 0,
    0, scale, 0, 0,
    0, 0, 1, 0,
    -view.u * scale, -view.v * scale, 0, 1,
  ]);
}
