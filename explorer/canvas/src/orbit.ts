/** An eye that turns around a map in space: yaw, pitch and distance as pure functions of an orbit. */
import type { Lens } from "./lens";
import type { Frame } from "./view";

type Triple = readonly [number, number, number];
type Pair = readonly [number, number];

export interface Orbit {
  /** The window, in CSS pixels. */
  width: number;
  height: number;
  /** Radians around the upright axis, and above the horizon. */
  yaw: number;
  pitch: number;
  /** How much nearer than where the whole ball is seen. */
  zoom: number;
  /** What one turns around, and looks at. */
  target: Triple;
}

/** What is to be seen at first: a ball with nearly all points, and what covers the window. */
export interface Ball {
  middle: Triple;
  radius: number;
  /** How far from 0 the outermost point is, however few are there. */
  reach: number;
  inset: Frame["inset"];
}

/** From here the ball is seen, in its radii: near enough for depth, far enough to trust. */
const DISTANCE = 3;
const MARGIN = 1;
const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 60;
/** Straight down there is no telling which way is up. */
const STEEPEST = Math.PI / 2 - 0.02;
/** So that one sees at once that there is depth. */
const START = { yaw: -0.6, pitch: 0.38 };

/** The eye's own axes on the map: to its right, up, and back towards it. */
export function axesOf({ yaw, pitch }: Orbit): { right: Triple; up: Triple; back: Triple } {
  const [s, c] = [Math.sin(yaw), Math.cos(yaw)];
  const [sp, cp] = [Math.sin(pitch), Math.cos(pitch)];
  return { right: [c, 0, -s], up: [-s * sp, cp, -c * sp], back: [s * cp, sp, c * cp] };
}

/** The orbit that shows the ball, from a little aside and above. */
export function wholeOrbit(width: number, height: number, { middle }: Pick<Ball, "middle">): Orbit {
  return { width, height, ...START, zoom: 1, target: middle };
}

/** CSS pixels that a unit takes at the depth of one. */
function focal({ width, height }: Orbit, { inset }: Ball): number {
  const free = Math.max(width / 3, width - inset.left - inset.right);
  const tall = Math.max(height / 3, height - inset.top - inset.bottom);
  // The outline of a ball of radius 1 from a distance of d is seen under 1 / √(d² − 1).
  return (MARGIN * Math.min(free, tall) * Math.sqrt(DISTANCE * DISTANCE - 1)) / 2;
}

function distanceOf({ zoom }: Orbit, { radius }: Ball): number {
  return (DISTANCE * radius) / zoom;
}

export function orbitLens(orbit: Orbit, ball: Ball): Lens {
  const { width, height, target } = orbit;
  const { left, right: rightInset, top, bottom } = ball.inset;
  const { right, up, back } = axesOf(orbit);
  const far = distanceOf(orbit, ball);
  const f = focal(orbit, ball);
  // The middle of what is free of the window.
  const [x, y] = [(left - rightInset) / width, (bottom - top) / height];
  const [fx, fy] = [(2 * f) / width, (2 * f) / height];
  const column = (k: number): number[] => {
    const depth = -back[k];
    return [fx * right[k] + x * depth, fy * up[k] + y * depth, 0, depth];
  };
  const [one, two, three] = [column(0), column(1), column(2)];
  const last = [x * far, y * far, 0, far].map(
    (offset, row) => offset - target[0] * one[row] - target[1] * two[row] - target[2] * three[row],
  );
  return { width, height, matrix: [...one, ...two, ...three, ...last], middle: far };
}

/** Keep some of the map in the window, and the eye upright. */
function kept(orbit: Orbit, { middle, radius, reach }: Ball): Orbit {
  const length = Math.hypot(...orbit.target);
  const back = length > reach ? reach / length : 1;
  // However far some points are, one can go back until they are seen, too.
  const all = radius / (reach + Math.hypot(...middle));
  const [u, v, w] = orbit.target;
  return {
    ...orbit,
    yaw: Math.atan2(Math.sin(orbit.yaw), Math.cos(orbit.yaw)),
    pitch: Math.max(-STEEPEST, Math.min(STEEPEST, orbit.pitch)),
    zoom: Math.max(LEAST_ZOOM * Math.min(1, all), Math.min(MOST_ZOOM, orbit.zoom)),
    target: [u * back, v * back, w * back],
  };
}

/** The orbit that somebody was in before, in a window of some size; the ball where it makes no sense. */
export function orbitOf(told: Partial<Orbit>, width: number, height: number, ball: Ball): Orbit {
  const { yaw = NaN, pitch = NaN, zoom = NaN, target = [] } = told;
  const sensible = [yaw, pitch, zoom, ...target].every(Number.isFinite) && target.length === 3;
  if (!sensible) return wholeOrbit(width, height, ball);
  return kept({ width, height, yaw, pitch, zoom, target: target as Triple }, ball);
}

/** Turn with the hand: what is in front moves the way that the hand does. */
export function turnedBy(orbit: Orbit, dx: number, dy: number, ball: Ball): Orbit {
  const angle = Math.PI / Math.max(200, Math.min(orbit.width, orbit.height));
  return kept({ ...orbit, yaw: orbit.yaw - dx * angle, pitch: orbit.pitch + dy * angle }, ball);
}

/** Move the map in the plane of the window, as far as the hand moves at the target's depth. */
export function shiftedBy(orbit: Orbit, dx: number, dy: number, ball: Ball): Orbit {
  const { right, up } = axesOf(orbit);
  const pixel = distanceOf(orbit, ball) / focal(orbit, ball);
  const [a, b] = [-dx * pixel, dy * pixel];
  const target = orbit.target.map((at, k) => at + a * right[k] + b * up[k]);
  return kept({ ...orbit, target: target as unknown as Triple }, ball);
}

/** Go nearer, so that what is under (x, y) at the target's depth stays there. */
export function nearedAt(orbit: Orbit, factor: number, x: number, y: number, ball: Ball): Orbit {
  const { left, right, top, bottom } = ball.inset;
  const middle = [(orbit.width + left - right) / 2, (orbit.height + top - bottom) / 2];
  const neared = kept({ ...orbit, zoom: orbit.zoom * factor }, ball);
  const grown = neared.zoom / orbit.zoom - 1;
  return shiftedBy(neared, (middle[0] - x) * grown, (middle[1] - y) * grown, ball);
}

/** Follow two fingers: they move the map and draw it nearer. */
export function squeezed(
  orbit: Orbit,
  before: readonly [Pair, Pair],
  after: readonly [Pair, Pair],
  ball: Ball,
): Orbit {
  const middle = ([a, b]: readonly [Pair, Pair]): Pair => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const length = ([a, b]: readonly [Pair, Pair]): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
  const [from, to] = [middle(before), middle(after)];
  const factor = length(before) > 0 ? length(after) / length(before) : 1;
  const moved = shiftedBy(orbit, to[0] - from[0], to[1] - from[1], ball);
  return nearedAt(moved, factor, to[0], to[1], ball);
}
