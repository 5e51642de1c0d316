/** Where one looks at a map, in words that fit a window of any size. */
import type { Stage } from "./stage";

export interface Eye {
  /** All of the map, however large the window is. */
  whole: boolean;
  zoom: number;
  u: number;
  v: number;
  w?: number;
  yaw?: number;
  pitch?: number;
}

/** As Python tells it. */
export interface Look extends Omit<Eye, "w"> {
  target?: [number, number, number];
}

export function eyeOf(stage: Pick<Stage, "whole" | "deep" | "orbit" | "camera">): Eye {
  const { whole, deep, camera, orbit } = stage;
  if (!deep) return { whole, ...camera };
  const { yaw, pitch, zoom, target: [u, v, w] } = orbit;
  return { whole, zoom, u, v, w, yaw, pitch };
}
