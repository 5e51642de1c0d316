/** What a map hears of the rest of the page: what is drawn, typed, scrubbed or clicked there. */
import { enter } from "../atlas";
import { hear, type OwnPlace } from "../bus";
import type { Context } from "./context";
import type { Parts } from "./hands";
import type { Way } from "./way";

/** Hear it; returns how to stop. `own` takes the place of the visitor's own item. */
export function listenTo(
  ctx: Context,
  { looking, probe }: Parts,
  way: Way,
  own: (place: OwnPlace | null) => void,
): (() => void)[] {
  const { model } = ctx.meta();
  return [
    enter(model, ctx),
    hear(model, "place", (place) => {
      own(place);
      ctx.stage.repaint();
    }),
    hear(model, "scrub", (place) => {
      way.place = place;
      ctx.stage.repaint();
    }),
    hear(model, "pick", (index) => looking.pick(index)),
    hear(model, "pin", ({ at, z, picture }) => {
      const { view } = ctx.meta();
      const place = at[view];
      if (place) probe.pins.add({ x: place[0], y: place[1], z, index: null, view }, picture);
    }),
  ];
}
