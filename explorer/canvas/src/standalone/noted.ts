/** The notes on the pins that came with a file: what whoever made it wants to be seen. */
import { el } from "../dom";
import type { Pin } from "../map/meta";

/** A list of them, null where there is none. */
export function notesOf(pins: readonly Pin[]): HTMLElement | null {
  const lines = pins.flatMap(({ note }, at) =>
    note ? [el("li", { value: at + 1 }, note)] : [],
  );
  if (lines.length === 0) return null;
  return el("section", { class: "file-notes" }, el("h2", {}, "Notes on the pins"), el("ol", {}, ...lines));
}
