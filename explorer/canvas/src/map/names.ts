/** The names of classes or clusters, written on the map where there is room for them. */
import { oneLine } from "../dom";
import { placed } from "../labels";
import { toScreen, type View } from "../view";
import type { Context } from "./context";

const HEIGHT = 18;
const SIZE = 13;
const MOST = 400;

type Name = ReturnType<Context["model"]["names"]>[number];

export class Names {
  private names: (Name & { words: string })[] | null = null;
  private widths: number[] = [];
  private font = "";

  constructor(private readonly ctx: Context) {}

  /** The classes are others now. */
  forget(): void {
    this.names = null;
  }

  draw(context: CanvasRenderingContext2D, view: View): void {
    const { background, text, font } = this.ctx.theme();
    context.font = `600 ${SIZE}px ${font}`;
    this.names ??= this.ctx.model
      .names()
      .slice(0, MOST)
      .map((name) => ({ ...name, words: oneLine(name.name, 28) }));
    if (this.font !== context.font || this.widths.length !== this.names.length) {
      this.font = context.font;
      this.widths = this.names.map(({ words }) => context.measureText(words).width);
    }
    const { hidden } = this.ctx.model;
    const shown = this.names.filter(({ code }) => !hidden.has(code));
    const candidates = shown.map((name) => {
      const [x, y] = toScreen(view, name.anchor.u, name.anchor.v);
      const width = this.widths[this.names!.indexOf(name)] + 6;
      return { x, y, width, height: HEIGHT, weight: name.anchor.size };
    });
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const index of placed(candidates, view.width, view.height)) {
      const { x, y } = candidates[index];
      context.strokeStyle = background;
      context.lineWidth = 4;
      context.globalAlpha = 0.85;
      context.strokeText(shown[index].words, x, y);
      context.globalAlpha = 1;
      context.fillStyle = text;
      context.fillText(shown[index].words, x, y);
    }
  }
}
