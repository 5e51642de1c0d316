/** Where one was on a map, kept in this tab while one looks at other pages. */
import type { Camera } from "../view";

const keyOf = (map: string): string => `latentscape.camera.${map}`;

export function store(map: string, camera: Camera | null): void {
  try {
    if (camera) sessionStorage.setItem(keyOf(map), JSON.stringify(camera));
    else sessionStorage.removeItem(keyOf(map));
  } catch {
    // Storage is full or forbidden: the map then opens whole next time.
  }
}

export function recall(map: string): Camera | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(map)) ?? "null") as Camera | null;
  } catch {
    return null;
  }
}
