/** The last decodes of a drag, left behind along its way. */
import { pictureOf } from "../decoded";
import { dot, framed, stroke, type Spot } from "../marks";
import type { Body } from "../protocol";
import { withAlpha, type Theme } from "../theme";
import type { View } from "../view";
import type { Stage } from "./stage";

const MOST = 9;
/** CSS pixels between two of them; pictures need more room than dots. */
const APART = { images: 46, texts: 22 };
const SIDE = 30;

interface Step {
  u: number;
  v: number;
  picture: HTMLCanvasElement | null;
}

export class Trail {
  private steps: Step[] = [];

  add(u: number, v: number, body: Body, view: View): void {
    const last = this.steps[this.steps.length - 1];
    const apart = APART[body.kind];
    if (last && Math.hypot(last.u - u, last.v - v) * view.scale < apart) return;
    this.steps.push({ u, v, picture: body.kind === "images" ? pictureOf(body) : null });
    if (this.steps.length > MOST) this.steps.shift();
  }

  clear(): void {
    this.steps = [];
  }

  draw(context: CanvasRenderingContext2D, stage: Stage, theme: Theme): void {
    if (this.steps.length < 2) return;
    const places = this.steps.map(({ u, v }): Spot => {
      const [x, y] = stage.seen(u, v);
      return [x, y];
    });
    stroke(context, places, withAlpha(theme.accent, 0.45), 1.5);
    // The newest lies under the probe itself.
    this.steps.slice(0, -1).forEach(({ picture }, k) => {
      const [x, y] = places[k];
      const age = (k + 2) / this.steps.length;
      context.globalAlpha = 0.25 + 0.65 * Math.min(1, age);
      const corner = [Math.round(x - SIDE / 2), Math.round(y - SIDE / 2)] as const;
      if (picture) framed(context, picture, corner, SIDE, theme);
      else dot(context, [x, y], 3.5, theme.accent);
    });
    context.globalAlpha = 1;
  }
}
