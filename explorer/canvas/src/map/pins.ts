/** Pins: decodes that were kept; Interpolate can go from one to another. */
import { askDecode } from "../asks";
import { pictureOf } from "../decoded";
import { el } from "../dom";
import type { Seen } from "../lens";
import { dot, framed } from "../marks";
import { Followed } from "../moving";
import { Card } from "./cards";
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
  private hovered = -1;
  private readonly card = new Card("guest-card pin-card");
  private readonly followed = new Followed();

  constructor(private readonly ctx: Context) {}

  get list(): Pin[] {
    return this.held.map(({ pin }) => pin);
  }

  /** Show the pins that Python remembers; loaded again, the page knows none, but this tab does. */
  restore(): void {
    const { pins, turn, columns, view } = this.ctx.meta();
    const own = pins.length === 0 && turn === 0 ? (recall<Pin[]>("pins", columns.xy) ?? []) : [];
    // A pin that says nothing of its map was dropped on this one.
    const here = [...pins, ...own].map((pin) => ({ ...pin, view: pin.view ?? view }));
    this.held = here.slice(0, MOST).map((pin) => ({ pin, picture: null }));
    if (own.length > 0) this.ctx.send({ pins: this.list });
    void this.picture();
  }

  /** The pins are those that Python tells, whatever they were. */
  retake(): void {
    const { pins, columns, view } = this.ctx.meta();
    const before = this.held;
    this.held = pins.slice(0, MOST).map((pin) => {
      const same = before.find((held) => sameDecode(held.pin, pin));
      return { pin: { ...pin, view: pin.view ?? view }, picture: same?.picture ?? null };
    });
    store("pins", columns.xy, this.list);
    this.leave();
    void this.picture();
    this.ctx.stage.repaint();
  }

  /** The pointer is over a place of the window; whether a pin is there that has a note, which is shown. */
  hover(x: number, y: number): boolean {
    const found = this.at(x, y);
    const at = found >= 0 && this.held[found].pin.note ? found : -1;
    if (at === this.hovered) return at >= 0;
    if (at < 0) this.leave();
    else this.open(at);
    return at >= 0;
  }

  leave(): void {
    this.hovered = -1;
    this.card.hide();
  }

  private open(at: number): void {
    const { pin } = this.held[at];
    const place = this.placeOf(pin);
    if (!place) return;
    this.hovered = at;
    const words = el("div", { class: "words" }, pin.note);
    this.card.root.replaceChildren(el("div", { class: "title" }, `Pin ${at + 1}`), words);
    if (!this.card.root.isConnected) this.ctx.stage.root.after(this.card.root);
    this.card.at(place[0], place[1], this.ctx.stage);
  }

  /** The pin at a place of the window, −1 where there is none. */
  private at(x: number, y: number): number {
    return this.held.findIndex(({ pin }) => {
      const place = this.placeOf(pin);
      return place !== null && Math.hypot(place[0] - x, place[1] - y) < REACH;
    });
  }

  /**
   * The map has become another one. A pin on an item goes with it, and one that Python has placed
   * anew goes there; how many have no place here is returned: they are kept, and shown again there.
   */
  moved(): number {
    this.leave();
    this.followed.begin();
    const { pins, view } = this.ctx.meta();
    for (const held of this.held) {
      const same = pins.find((pin) => pin.view === view && sameDecode(pin, held.pin));
      if (same) held.pin = same;
    }
    return this.held.filter(({ pin }) => this.placeOf(pin) === null).length;
  }

  private placeOf(pin: Pin): Seen | null {
    return placeOf(this.ctx, pin);
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

  /**
   * Take away the pin at a place of the window; whether there was one. What somebody wrote is not
   * gone by a click: a pin with a note shows that, and is taken away from the list beside the map.
   */
  removeAt(x: number, y: number): boolean {
    const at = this.at(x, y);
    if (at < 0) return false;
    if (this.held[at].pin.note) {
      this.open(at);
      return true;
    }
    this.leave();
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

  draw(context: CanvasRenderingContext2D): void {
    const theme = this.ctx.theme();
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.held.forEach(({ pin, picture }, number) => {
      const place = this.placeOf(pin);
      if (!place) return;
      const [x, y] = this.followed.at(String(number), place, this.ctx.stage.share);
      if (picture) framed(context, picture, [x - SIDE / 2, y + 14], SIDE, theme);
      dot(context, [x, y], 9, theme.accent, theme.background);
      context.fillStyle = "#ffffff";
      context.font = `600 11px ${theme.font}`;
      context.fillText(String(number + 1), x, y + 0.5);
    });
  }
}

/** Where a pin belongs on this map; null where it lies on another one. */
export function placeOf(ctx: Context, { x, y, view, index }: Pin): Seen | null {
  const { model, stage } = ctx;
  const here = view === ctx.meta().view && !stage.deep;
  if (here) return stage.seen(...model.scene.toUnit(x, y));
  return index === null || index >= model.scene.count ? null : stage.seen(...model.scene.at(index));
}

/** Whether two pins are the same decode, wherever they lie. */
function sameDecode(one: Pin, other: Pin): boolean {
  return one.index === other.index && JSON.stringify(one.z) === JSON.stringify(other.z);
}
