/** Where one was on a map, kept in this tab while one looks at other pages. */
import type { Camera } from "../view";

const keyOf = (map: string): string => `latentscape.camera.${map}`;

export function store(map: string, camera: Camera): void {
  try {
    sessionStorage.setItem(keyOf(map), JSON.stringify(camera));
  } catch {
    // Storage is full or forbidden: the map then opens whole next time.
  }
}

export function recall(map: string): Camera | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(map)) ?? "null");
    return kept as Camera | null;
  } catch {
    return null;
  }
}
