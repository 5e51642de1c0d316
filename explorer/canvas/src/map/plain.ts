/** Points on a plain canvas, for browsers without WebGL: a few stamps a style, one copy a point. */
import { flat } from "../dom";
import { seen, type Seen } from "../lens";
import { mixed, type Moving } from "../moving";
import type { Scene } from "../scales";
import { withAlpha } from "../theme";
import type { Styles } from "./model";
import { nearer, type Renderer, type Shot } from "./renderer";

/** How near a point is, in as many steps to a factor of two as one can tell apart. */
const STEPS = 6;

export class PlainRenderer implements Renderer {
  readonly kind = "plain";
  private scene: Scene | null = null;
  private codes: Uint16Array = new Uint16Array(0);
  private styles: Styles = { colours: [], opacities: [] };
  private moving: Moving | null = null;
  private order: Uint32Array | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  setPoints(scene: Scene): void {
    this.scene = scene;
  }

  setCodes(codes: Uint16Array): void {
    this.codes = codes;
  }

  setStyles(styles: Styles): void {
    this.styles = styles;
  }

  setMoving(moving: Moving | null): void {
    this.moving = moving;
  }

  setOrder(order: Uint32Array | null): void {
    this.order = order;
  }

  draw(shot: Shot): void {
    const context = flat(this.canvas);
    const { width, height } = shot.lens;
    const ratio = this.canvas.width / width;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.scene) return;
    const stamps = new Map<number, HTMLCanvasElement>();
    const count = this.order ? this.order.length : this.scene.count;
    for (let k = 0; k < count; k++) {
      const index = this.order ? this.order[k] : k;
      const style = this.codes[index];
      if (!(this.styles.opacities[style] > 0)) continue;
      const [x, y, near] = this.placeOf(index, this.scene, shot);
      if (!(x > -9 && x < width + 9 && y > -9 && y < height + 9)) continue;
      const depth = Math.round(STEPS * Math.log2(near));
      const name = style * 1000 + depth;
      let stamp = stamps.get(name);
      if (!stamp) stamps.set(name, (stamp = this.stamp(style, 2 ** (depth / STEPS), shot, ratio)));
      const half = stamp.width / 2;
      context.drawImage(stamp, Math.round(x * ratio - half), Math.round(y * ratio - half));
    }
  }

  destroy(): void {
    this.scene = null;
  }

  private placeOf(index: number, scene: Scene, { lens, share }: Shot): Seen {
    const to = seen(lens, ...scene.at(index));
    return this.moving ? mixed(this.moving.start(index, lens), to, share) : to;
  }

  private stamp(style: number, near: number, { size, step }: Shot, ratio: number): HTMLCanvasElement {
    const by = nearer(near);
    const radius = (size * step ** 0.25 * by.size * ratio) / 2;
    const stamp = document.createElement("canvas");
    stamp.width = stamp.height = 2 * Math.ceil(radius + 1);
    const context = flat(stamp);
    const opacity = Math.min(1, this.styles.opacities[style] * by.ink);
    context.fillStyle = withAlpha(this.styles.colours[style], opacity);
    context.arc(stamp.width / 2, stamp.width / 2, radius, 0, 2 * Math.PI);
    context.fill();
    return stamp;
  }
}
