/** Items of a visitor's own file among those of the map: small diamonds that say what they are. */
import { el } from "../dom";
import { diamond, ring } from "../marks";
import { Card } from "./cards";
import type { Context } from "./context";
import type { Columns } from "./model";

const HALF = 6.5;
const REACH = 9;

interface Brought {
  /** In the coordinates of the map, x, y and in space z. */
  at: number[][];
  words: string[];
}

const NOBODY: Brought = { at: [], words: [] };

export class Guests {
  readonly card = new Card("guest-card");
  private name: string | null = null;
  private brought = NOBODY;
  private hovered = -1;

  constructor(private readonly ctx: Context) {}

  /** Take over who Python tells of. */
  take(columns: Columns): void {
    const name = this.ctx.meta().columns.guests ?? null;
    if (name === this.name) return;
    this.name = name;
    this.leave();
    const content = name === null ? undefined : columns.get(name);
    this.brought = content ? (JSON.parse(new TextDecoder().decode(content)) as Brought) : NOBODY;
  }

  /** The pointer is over a place of the window; whether one of them is there. */
  hover(x: number, y: number): boolean {
    const found = this.at(x, y);
    if (found === this.hovered) return found >= 0;
    this.hovered = found;
    this.ctx.stage.repaint();
    if (found < 0) this.card.hide();
    else this.open(found);
    return found >= 0;
  }

  leave(): void {
    this.hovered = -1;
    this.card.hide();
  }

  private open(guest: number): void {
    const title = el("div", { class: "title" }, "From your file");
    this.card.root.replaceChildren(el("div", { class: "text" }, this.brought.words[guest]), title);
    this.card.at(...this.placeOf(guest), this.ctx.stage);
  }

  private at(x: number, y: number): number {
    let [found, least] = [-1, REACH ** 2];
    this.brought.at.forEach((_, guest) => {
      const [u, v] = this.placeOf(guest);
      const away = (u - x) ** 2 + (v - y) ** 2;
      if (away < least) [found, least] = [guest, away];
    });
    return found;
  }

  private placeOf(guest: number): [number, number] {
    const { model, stage } = this.ctx;
    const [u, v, w] = model.scene.toUnit(...this.brought.at[guest]) as number[];
    const [x, y] = stage.seen(u, v, w ?? 0);
    return [x, y];
  }

  draw(context: CanvasRenderingContext2D): void {
    const { stage } = this.ctx;
    const theme = this.ctx.theme();
    const marked = this.ctx.meta().guest ?? -1;
    // Their places are of the map that is there at the end of the way.
    context.globalAlpha = stage.share ** 3;
    this.brought.at.forEach((_, guest) => {
      diamond(context, this.placeOf(guest), HALF, theme.accent, theme.background, 2);
    });
    for (const [guest, colour] of [[marked, theme.accent], [this.hovered, theme.text]] as const) {
      if (guest >= 0 && guest < this.brought.at.length) ring(context, this.placeOf(guest), 9, colour, theme);
    }
    context.globalAlpha = 1;
  }
}
