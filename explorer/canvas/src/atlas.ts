/** The maps that are on the page, for parts of it that stand beside them. */
import type { Context } from "./map/context";

const maps = new Map<string, Context>();

/** A model's map is on the page now; returns how to take it off. */
export function enter(model: string, map: Context): () => void {
  maps.set(model, map);
  return () => {
    if (maps.get(model) === map) maps.delete(model);
  };
}

/** The map of a model that came to the page last. */
export function mapOf(model: string): Context | null {
  return maps.get(model) ?? null;
}
