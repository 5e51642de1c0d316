/** What this tab keeps of a map while one looks at other pages, or loads this one again. */

export type Kind = "camera" | "pins";

const keyOf = (kind: Kind, map: string): string => `latentscape.${kind}.${map}`;

export function store(kind: Kind, map: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(keyOf(kind, map));
    else sessionStorage.setItem(keyOf(kind, map), JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the map then opens without it next time.
  }
}

/** What was stored last; null where nothing was, or it cannot be read. */
export function recall<Value>(kind: Kind, map: string): Value | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(kind, map)) ?? "null") as Value | null;
  } catch {
    return null;
  }
}
