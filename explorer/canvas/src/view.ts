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

/** What is to be seen when everything is: the half size of the map, and room to leave around it. */
export interface Frame {
  extent: readonly [number, number, ...number[]];
  /** CSS pixels at each side that something else covers. */
  inset: { left: number; right: number; top: number; bottom: number };
}

export const FULL: Frame = { extent: [1, 1], inset: { left: 0, right: 0, top: 0, bottom: 0 } };

const MOST_ZOOM = 400;
const LEAST_ZOOM = 0.5;
/** Room around the points, so that none touches the edge. */
const MARGIN = 0.92;

function wholeScale(width: number, height: number, { extent, inset }: Frame): number {
  // However little is left free: the map is not squeezed to nothing.
  const free = Math.max(width / 3, width - inset.left - inset.right);
  const tall = Math.max(height / 3, height - inset.top - inset.bottom);
  return MARGIN * Math.min(free / (2 * extent[0]), tall / (2 * extent[1]));
}

/** The view that shows everything. */
export function wholeView(width: number, height: number, frame: Frame = FULL): View {
  const scale = wholeScale(width, height, frame);
  const { left, right, top, bottom } = frame.inset;
  return { width, height, scale, u: (right - left) / 2 / scale, v: (top - bottom) / 2 / scale };
}

/** Nearly all is seen so only where it leaves out a good part of the map. */
const WORTH_LEAVING = 0.7;

/** The view that shows what lies within `radius` of `middle`: all where little more is there. */
export function mostView(
  width: number,
  height: number,
  frame: Frame,
  { middle: [u, v], radius }: { middle: readonly number[]; radius: number },
): View {
  const extent: Frame["extent"] = [Math.min(radius, frame.extent[0]), Math.min(radius, frame.extent[1])];
  const most = wholeView(width, height, { ...frame, extent });
  const whole = wholeView(width, height, frame);
  if (whole.scale > WORTH_LEAVING * most.scale) return whole;
  return { ...most, u: most.u + u, v: most.v + v };
}

export function zoomOf(view: View, frame: Frame = FULL): number {
  return view.scale / wholeScale(view.width, view.height, frame);
}

export function cameraOf(view: View, frame: Frame = FULL): Camera {
  return { zoom: zoomOf(view, frame), u: view.u, v: view.v };
}

/** The view of a camera in a window of some size; a camera that makes no sense shows everything. */
export function viewOf(camera: Camera, width: number, height: number, frame: Frame = FULL): View {
  const whole = wholeView(width, height, frame);
  const { zoom, u, v } = camera;
  if (![zoom, u, v].every(Number.isFinite) || zoom <= 0) return whole;
  return kept({ ...whole, scale: whole.scale * zoom, u, v }, frame);
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
export function kept(view: View, frame: Frame = FULL): View {
  const whole = wholeScale(view.width, view.height, frame);
  const scale = Math.min(MOST_ZOOM * whole, Math.max(LEAST_ZOOM * whole, view.scale));
  const { extent, inset } = frame;
  // The middle of the window stays over the map, or as far beside it as what covers the window.
  const [left, right] = [extent[0] + inset.left / scale, extent[0] + inset.right / scale];
  const [down, up] = [extent[1] + inset.bottom / scale, extent[1] + inset.top / scale];
  return {
    ...view,
    scale,
    u: Math.min(right, Math.max(-left, view.u)),
    v: Math.min(up, Math.max(-down, view.v)),
  };
}

export function pannedBy(view: View, dx: number, dy: number, frame: Frame = FULL): View {
  return kept({ ...view, u: view.u - dx / view.scale, v: view.v + dy / view.scale }, frame);
}

/** Zoom so that what is under (x, y) stays there. */
export function zoomedAt(
  view: View,
  x: number,
  y: number,
  factor: number,
  frame: Frame = FULL,
): View {
  const [u, v] = toUnit(view, x, y);
  const scale = kept({ ...view, scale: view.scale * factor }, frame).scale;
  const zoomed = { ...view, scale };
  const [u2, v2] = toUnit(zoomed, x, y);
  return kept({ ...zoomed, u: view.u + u - u2, v: view.v + v - v2 }, frame);
}

/** Follow two fingers: what was under them stays under them. */
export function pinched(
  view: View,
  before: readonly [Pair, Pair],
  after: readonly [Pair, Pair],
  frame: Frame = FULL,
): View {
  const middle = ([a, b]: readonly [Pair, Pair]): [number, number] => [
    (a[0] + b[0]) / 2,
    (a[1] + b[1]) / 2,
  ];
  const length = ([a, b]: readonly [Pair, Pair]): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const [from, to] = [middle(before), middle(after)];
  const factor = length(before) > 0 ? length(after) / length(before) : 1;
  const moved = pannedBy(view, to[0] - from[0], to[1] - from[1], frame);
  return zoomedAt(moved, to[0], to[1], factor, frame);
}

/** The view in a window of another size: the same middle at the same zoom. */
export function resized(view: View, width: number, height: number, frame: Frame = FULL): View {
  return viewOf(cameraOf(view, frame), width, height, frame);
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
