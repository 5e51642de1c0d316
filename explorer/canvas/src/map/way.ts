/** A path on the map: a line from its start to its end, and where on it one is. */
import { toScreen, type View } from "../view";
import type { Context } from "./context";

export class Way {
  /** How far along one is, 0 to 1. */
  place = 0;

  constructor(private readonly ctx: Context) {}

  draw(context: CanvasRenderingContext2D, view: View): void {
    const { path } = this.ctx.meta();
    if (!path || path.length < 2) return;
    const { accent, background, text, font } = this.ctx.theme();
    const places = path.map(([x, y]) => toScreen(view, ...this.ctx.model.scene.toUnit(x, y)));
    context.lineJoin = context.lineCap = "round";
    for (const [colour, width] of [[background, 6], [accent, 2.5]] as const) {
      context.beginPath();
      places.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
    context.font = `600 13px ${font}`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    for (const [words, [x, y]] of [["start", places[0]], ["end", places[places.length - 1]]] as const) {
      this.dot(context, x, y, 5, background, accent);
      context.strokeStyle = background;
      context.lineWidth = 4;
      context.strokeText(words, x, y - 9);
      context.fillStyle = text;
      context.fillText(words, x, y - 9);
    }
    const [x, y] = along(places, this.place);
    this.dot(context, x, y, 8, accent, background);
  }

  private dot(
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    radius: number,
    fill: string,
    stroke: string,
  ): void {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.strokeStyle = stroke;
    context.lineWidth = 2.5;
    context.fill();
    context.stroke();
  }
}

/** The place at a share of the steps of a line of places. */
export function along(places: readonly (readonly [number, number])[], share: number): [number, number] {
  const step = Math.min(1, Math.max(0, share)) * (places.length - 1);
  const first = Math.min(places.length - 2, Math.floor(step));
  const [[x0, y0], [x1, y1]] = [places[first], places[first + 1]];
  return [x0 + (x1 - x0) * (step - first), y0 + (y1 - y0) * (step - first)];
}
