/** The last decodes of a drag, left behind along its way. */
import { pictureOf } from "../decoded";
import type { Body } from "../protocol";
import { withAlpha, type Theme } from "../theme";
import { toScreen, type View } from "../view";

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

  draw(context: CanvasRenderingContext2D, view: View, theme: Theme): void {
    if (this.steps.length < 2) return;
    const places = this.steps.map(({ u, v }) => toScreen(view, u, v));
    context.beginPath();
    places.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.strokeStyle = withAlpha(theme.accent, 0.45);
    context.lineWidth = 1.5;
    context.stroke();
    // The newest lies under the probe itself.
    this.steps.slice(0, -1).forEach(({ picture }, k) => {
      const [x, y] = places[k];
      const age = (k + 2) / this.steps.length;
      context.globalAlpha = 0.25 + 0.65 * Math.min(1, age);
      if (picture) this.drawPicture(context, picture, x, y, theme);
      else this.drawDot(context, x, y, theme);
    });
    context.globalAlpha = 1;
  }

  private drawPicture(
    context: CanvasRenderingContext2D,
    picture: HTMLCanvasElement,
    x: number,
    y: number,
    theme: Theme,
  ): void {
    const [left, top] = [Math.round(x - SIDE / 2), Math.round(y - SIDE / 2)];
    context.fillStyle = theme.background;
    context.fillRect(left - 1.5, top - 1.5, SIDE + 3, SIDE + 3);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, left, top, SIDE, SIDE);
  }

  private drawDot(context: CanvasRenderingContext2D, x: number, y: number, theme: Theme): void {
    context.beginPath();
    context.arc(x, y, 3.5, 0, 2 * Math.PI);
    context.fillStyle = theme.accent;
    context.fill();
  }
}
