/** What lies beneath the points: a shade where there are many, and in space a floor. */
import { el, flat } from "../dom";
import { seen, type Lens } from "../lens";
import { trace, type Spot } from "../marks";
import type { Scene } from "../scales";
import { parsed, withAlpha, type Theme } from "../theme";
import type { MapModel } from "./model";

/** The density of a map as a picture, dark on light or light on dark. */
export function shadingOf(model: MapModel, theme: Theme, most = 0.3): HTMLCanvasElement {
  const { side, shares } = model.density;
  const canvas = el("canvas", { width: side, height: side });
  const context = flat(canvas);
  const picture = context.createImageData(side, side);
  const [red, green, blue] = parsed(theme.text);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = 4 * ((side - 1 - row) * side + column);
      picture.data[at] = red;
      picture.data[at + 1] = green;
      picture.data[at + 2] = blue;
      picture.data[at + 3] = 255 * most * shares[row * side + column];
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

const RINGS = 2;
const CORNERS = 96;
const FAINT = 0.13;

/** Rings beneath a map in space: without axes that mean nothing, they still tell how it lies. */
export function drawFloor(
  context: CanvasRenderingContext2D,
  { extent: [wide, tall, deep], bulk: { middle, radius } }: Scene,
  lens: Lens,
  { text }: Theme,
): void {
  context.lineWidth = 1;
  context.strokeStyle = withAlpha(text, FAINT);
  // Beneath what is seen at first: a few far points do not push it out of sight.
  const [u, , w] = middle;
  const low = Math.max(-tall, middle[1] - radius);
  const most = Math.min(Math.max(wide, deep), radius);
  for (let ring = 1; ring <= RINGS; ring++) {
    const places: Spot[] = [];
    for (let k = 0; k <= CORNERS; k++) {
      const angle = (2 * Math.PI * k) / CORNERS;
      const reach = (most * ring) / RINGS;
      const [x, y] = seen(lens, u + reach * Math.cos(angle), low, w + reach * Math.sin(angle));
      if (Number.isFinite(x)) places.push([x, y]);
    }
    trace(context, places);
    context.stroke();
  }
}
