/** The names of classes or clusters, written on the map where there is room for them. */
import { oneLine } from "../dom";
import { placed, type Box } from "../labels";
import { written } from "../marks";
import { toScreen, type View } from "../view";
import type { Context } from "./context";

const HEIGHT = 18;
const SIZE = 13;
const MOST = 400;

type Name = ReturnType<Context["model"]["names"]>[number] & { words: string; width: number };

export class Names {
  private names: Name[] | null = null;
  /** In which the names were measured. */
  private font = "";

  constructor(private readonly ctx: Context) {}

  /** The classes are others now. */
  forget(): void {
    this.names = null;
    this.font = "";
  }

  /** Write them, none over the boxes that are `taken`. */
  draw(context: CanvasRenderingContext2D, view: View, taken: readonly Box[] = []): void {
    const theme = this.ctx.theme();
    context.font = `600 ${SIZE}px ${theme.font}`;
    this.names ??= this.ctx.model
      .names()
      .slice(0, MOST)
      .map((name) => ({ ...name, words: oneLine(name.name, 28), width: 0 }));
    if (this.font !== context.font) {
      this.font = context.font;
      for (const name of this.names) name.width = context.measureText(name.words).width + 6;
    }
    const { hidden } = this.ctx.model;
    const shown = this.names.filter(({ code }) => !hidden.has(code));
    const candidates = shown.map((name) => {
      const [x, y] = toScreen(view, name.anchor.u, name.anchor.v);
      return { x, y, width: name.width, height: HEIGHT, weight: name.anchor.size };
    });
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const index of placed(candidates, view.width, view.height, taken)) {
      const { x, y } = candidates[index];
      written(context, shown[index].words, [x, y], theme, 0.85);
    }
  }
}
