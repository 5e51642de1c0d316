/** Pins: decodes that were kept; Interpolate can go from one to another. */
import { askDecode } from "../asks";
import { pictureOf } from "../decoded";
import { dot, framed } from "../marks";
import { toScreen, type View } from "../view";
import { Channel, type Context } from "./context";
import { recall, store } from "./memory";
import type { Pin } from "./meta";

const MOST = 12;
const SIDE = 34;
const REACH = 12;

interface Held {
  pin: Pin;
  picture: HTMLCanvasElement | null;
}

export class PinBoard {
  private held: Held[] = [];

  constructor(private readonly ctx: Context) {}

  get list(): Pin[] {
    return this.held.map(({ pin }) => pin);
  }

  /** Show the pins that Python remembers; loaded again, the page knows none, but this tab does. */
  restore(): void {
    const { pins, turn, columns } = this.ctx.meta();
    const own = pins.length === 0 && turn === 0 ? (recall<Pin[]>("pins", columns.xy) ?? []) : [];
    this.held = [...pins, ...own].slice(0, MOST).map((pin) => ({ pin, picture: null }));
    if (own.length > 0) this.ctx.send({ pins: this.list });
    void this.picture();
  }

  /** Decode the pictures that are missing: only where a pin is was remembered. */
  async picture(): Promise<void> {
    if (this.ctx.meta().modality !== "images") return;
    for (const held of this.held) {
      const { z } = held.pin;
      if (held.picture || !z) continue;
      const reply = await this.ctx.live()?.ask(Channel.pins, (to) => askDecode(to, z, 1));
      if (reply?.kind !== "images") continue;
      held.picture = pictureOf(reply);
      this.ctx.stage.repaint();
    }
  }

  add(pin: Pin, picture: HTMLCanvasElement | null): void {
    if (this.held.length >= MOST) {
      this.ctx.say(`There are ${MOST} pins already: take one away first.`);
      return;
    }
    this.held.push({ pin, picture });
    this.changed(`Pin ${this.held.length} dropped.`);
  }

  /** Take away the pin at a place of the window; whether there was one. */
  removeAt(x: number, y: number): boolean {
    const at = this.held.findIndex(({ pin }) => {
      const [px, py] = this.screenOf(pin);
      return Math.hypot(px - x, py - y) < REACH;
    });
    if (at < 0) return false;
    this.held.splice(at, 1);
    this.changed(`Pin ${at + 1} taken away.`);
    return true;
  }

  private changed(words: string): void {
    store("pins", this.ctx.meta().columns.xy, this.list);
    this.ctx.send({ pins: this.list });
    this.ctx.say(words);
    this.ctx.stage.repaint();
  }

  private screenOf({ x, y }: Pin): [number, number] {
    return toScreen(this.ctx.stage.view, ...this.ctx.model.scene.toUnit(x, y));
  }

  draw(context: CanvasRenderingContext2D, view: View): void {
    const theme = this.ctx.theme();
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.held.forEach(({ pin, picture }, number) => {
      const [x, y] = toScreen(view, ...this.ctx.model.scene.toUnit(pin.x, pin.y));
      if (picture) framed(context, picture, [x - SIDE / 2, y + 14], SIDE, theme);
      dot(context, [x, y], 9, theme.accent, theme.background);
      context.fillStyle = "#ffffff";
      context.font = `600 11px ${theme.font}`;
      context.fillText(String(number + 1), x, y + 0.5);
    });
  }
}
