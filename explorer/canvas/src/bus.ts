/** What components of one page tell each other, without the server between them. */

/** An item of the visitor's own, where the model places it on its maps. */
export interface OwnPlace {
  /** By the id of a map: x, y and in space z, in the coordinates in which Python sent its points. */
  at: Record<string, number[]>;
  z: number[];
  picture: HTMLCanvasElement | null;
}

interface News {
  place: OwnPlace | null;
  /** An item to look at, such as a neighbour that was clicked. */
  pick: number;
  /** Keep the visitor's own item as a pin. */
  pin: OwnPlace;
  /** Items that were selected on a map that holds the same ones, in rising order. */
  selection: Uint32Array;
  /** How far along the path one is, 0 to 1. */
  scrub: number;
}

type Listener<K extends keyof News> = (news: News[K]) => void;

const listeners = new Map<string, Set<Listener<never>>>();

/** Hear news about a model; returns how to stop. */
export function hear<K extends keyof News>(model: string, kind: K, listener: Listener<K>): () => void {
  const key = `${kind} ${model}`;
  const all = listeners.get(key) ?? new Set();
  listeners.set(key, all);
  all.add(listener as Listener<never>);
  return () => all.delete(listener as Listener<never>);
}

export function tell<K extends keyof News>(model: string, kind: K, news: News[K]): void {
  for (const listener of [...(listeners.get(`${kind} ${model}`) ?? [])]) {
    (listener as Listener<K>)(news);
  }
}
