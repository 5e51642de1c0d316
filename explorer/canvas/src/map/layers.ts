/** What lies over the points: the holes as a hatched shade, and posteriors as ellipses. */
import type { Context } from "./context";
import { drawEllipses, NO_ELLIPSES, readEllipses, type Ellipses } from "./ellipses";
import { Holes } from "./holes";
import type { Columns } from "./model";

export class Layers {
  private names: { holes: string | null; ellipses: string | null } = { holes: null, ellipses: null };
  private holes: Holes | null = null;
  private ellipses: Ellipses = NO_ELLIPSES;

  constructor(private readonly ctx: Context) {}

  /** Take over what Python tells of. */
  take(columns: Columns): void {
    const { holes = null, ellipses = null } = this.ctx.meta().columns;
    const textOf = (name: string | null): string | null => {
      const content = name === null ? undefined : columns.get(name);
      return content ? new TextDecoder().decode(content) : null;
    };
    if (holes !== this.names.holes) {
      const said = textOf(holes);
      this.holes = said === null ? null : new Holes(said);
    }
    if (ellipses !== this.names.ellipses) {
      const said = textOf(ellipses);
      this.ellipses = said === null ? NO_ELLIPSES : readEllipses(said);
    }
    this.names = { holes, ellipses };
  }

  /** How many ellipses there are, and whether there is a shade: for those who cannot see, and tests. */
  get shown(): { ellipses: number; holes: boolean } {
    return { ellipses: this.ellipses.at.length, holes: this.holes !== null };
  }

  draw(context: CanvasRenderingContext2D): void {
    const { stage } = this.ctx;
    if (stage.deep) return; // neither is known in space
    // Their places are of the map that is there at the end of the way.
    const strength = stage.share ** 3;
    this.holes?.draw(context, this.ctx, strength);
    drawEllipses(context, this.ctx, this.ellipses, strength);
    context.globalAlpha = 1;
  }
}
