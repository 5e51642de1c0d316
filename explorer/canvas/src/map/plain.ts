/** Points on a plain canvas, for browsers without WebGL: one stamp a style, one copy a point. */
import { flat } from "../dom";
import { withAlpha } from "../theme";
import { toScreen, type View } from "../view";
import type { Styles } from "./model";
import type { Points, Renderer } from "./renderer";

export class PlainRenderer implements Renderer {
  readonly kind = "plain";
  private points: Points | null = null;
  private styles: Styles = { colours: [], opacities: [] };
  private size = 4;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  setPoints(points: Points, view: View): Promise<void> {
    this.points = points;
    return this.draw(view);
  }

  setStyles(styles: Styles, size: number): void {
    this.styles = styles;
    this.size = size;
  }

  draw(view: View): Promise<void> {
    const context = flat(this.canvas);
    const ratio = this.canvas.width / view.width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.points) return Promise.resolve();
    const stamps = this.stamps(ratio);
    const half = stamps.length > 0 ? stamps[0].width / 2 : 0;
    const { places } = this.points;
    for (let i = 0; i < places.length / 2; i++) {
      const style = this.points.styleOf(i);
      if (!(this.styles.opacities[style] > 0)) continue;
      const [x, y] = toScreen(view, places[2 * i], places[2 * i + 1]);
      if (!(x > -9 && x < view.width + 9 && y > -9 && y < view.height + 9)) continue;
      context.drawImage(stamps[style], Math.round(x * ratio - half), Math.round(y * ratio - half));
    }
    return Promise.resolve();
  }

  destroy(): void {
    this.points = null;
  }

  private stamps(ratio: number): HTMLCanvasElement[] {
    const radius = (this.size * ratio) / 2;
    return this.styles.colours.map((colour, style) => {
      const stamp = document.createElement("canvas");
      stamp.width = stamp.height = 2 * Math.ceil(radius + 1);
      const context = flat(stamp);
      context.fillStyle = withAlpha(colour, this.styles.opacities[style]);
      context.arc(stamp.width / 2, stamp.width / 2, radius, 0, 2 * Math.PI);
      context.fill();
      return stamp;
    });
  }
}
