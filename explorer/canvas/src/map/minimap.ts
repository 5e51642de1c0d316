/** The whole map in small, with a frame around what is seen; there while one is zoomed in. */
import { el, fitCanvas, flat } from "../dom";
import { toUnit } from "../view";
import type { Context } from "./context";
import { shadingOf } from "./shading";

const SIDE = 112;
const SHOWN_FROM = 1.3;

export class Minimap {
  readonly root = el("div", { class: "panel minimap", hidden: true, "aria-hidden": "true" });
  private readonly canvas = el("canvas");
  private picture: HTMLCanvasElement | null = null;

  constructor(
    private readonly ctx: Context,
    private readonly go: (u: number, v: number) => void,
  ) {
    this.root.append(this.canvas);
    const follow = (event: PointerEvent): void => {
      const box = this.canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      this.go((2 * x) / box.width - 1, 1 - (2 * y) / box.height);
    };
    this.root.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      this.root.setPointerCapture(event.pointerId);
      follow(event);
    });
    this.root.addEventListener("pointermove", (event) => event.buttons === 1 && follow(event));
  }

  forget(): void {
    this.picture = null;
  }

  draw(): void {
    const { stage } = this.ctx;
    const { view } = stage;
    // A small picture of a map in space would need an eye of its own.
    this.root.hidden = stage.deep || stage.zoom < SHOWN_FROM;
    if (this.root.hidden) return;
    const ratio = fitCanvas(this.canvas, SIDE, SIDE);
    const context = flat(this.canvas);
    const { accent } = this.ctx.theme();
    this.picture ??= shadingOf(this.ctx.model, this.ctx.theme(), 0.75);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.drawImage(this.picture, 0, 0, SIDE, SIDE);
    const [left, top] = toUnit(view, 0, 0);
    const [right, bottom] = toUnit(view, view.width, view.height);
    const at = (part: number): number => ((part + 1) / 2) * SIDE;
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.strokeRect(at(left), at(-top), at(right) - at(left), at(-bottom) - at(-top));
  }
}
