/** Hovering and picking: which item is under the pointer, and what there is to know of it. */
import { decoded } from "../decoded";
import { el, oneLine } from "../dom";
import { askItem } from "../asks";
import { ring } from "../marks";
import type { Item } from "../protocol";
import { counted } from "../scales";
import { Card } from "./cards";
import { Channel, type Context } from "./context";

const REACH = 12;
const REACH_TOUCH = 22;
const MOST_KEPT = 300;
const MOST_METADATA = 3;

export class Look {
  readonly card = new Card("hover-card");
  hovered = -1;
  picked = -1;
  private readonly known = new Map<number, Item>();

  constructor(
    private readonly ctx: Context,
    /** Move the map so that a place of it is in the window. */
    private readonly bringIn: (u: number, v: number, w: number) => void,
  ) {
    this.card.root.dataset.modality = ctx.meta().modality;
  }

  /** The item at a place of the window, −1 where there is none close enough. */
  itemAt(x: number, y: number, touch: boolean): number {
    const { stage, model } = this.ctx;
    return stage.finder?.at(x, y, touch ? REACH_TOUCH : REACH, model.accepts) ?? -1;
  }

  hover(x: number, y: number): void {
    const index = this.itemAt(x, y, false);
    if (index === this.hovered) return;
    this.hovered = index;
    this.ctx.stage.repaint();
    if (index < 0) this.card.hide();
    else this.open(index);
  }

  leave(): void {
    if (this.hovered < 0) return;
    this.hovered = -1;
    this.card.hide();
    this.ctx.stage.repaint();
  }

  /** Make an item the one that the page shows beside the map. */
  pick(index: number, tell = true): void {
    this.picked = index;
    this.ctx.stage.repaint();
    if (!tell) return;
    this.ctx.send({ picked: index < 0 ? null : index });
    if (index < 0) return;
    this.bringIn(...this.ctx.model.scene.at(index));
    this.ctx.say(`Item ${index} ${this.ctx.model.wordsFor(index)} is shown.`);
  }

  private open(index: number): void {
    const item = this.known.get(index);
    this.fill(index, item ?? null);
    const [x, y] = this.ctx.stage.placeOf(index);
    this.card.at(x, y, this.ctx.stage);
    if (!item) void this.ask(index);
  }

  private async ask(index: number): Promise<void> {
    const reply = await this.ctx.live()?.ask(Channel.hover, (to) => askItem(to, index));
    if (reply?.kind !== "item") return;
    this.known.set(index, reply);
    // The oldest goes: a map is hovered for a long time.
    if (this.known.size > MOST_KEPT) this.known.delete(this.known.keys().next().value!);
    if (this.hovered !== index) return;
    this.fill(index, reply);
    this.card.again();
  }

  private fill(index: number, item: Item | null): void {
    const words = item?.label ? oneLine(item.label, 60) : oneLine(this.ctx.model.wordsFor(index), 60);
    const title = el("div", { class: "title" }, words || `Item ${counted(index)}`);
    const facts = el("div", { class: "quiet facts" });
    if (words) facts.append(`item ${counted(index)}`);
    for (const [name, value] of Object.entries(item?.metadata ?? {}).slice(0, MOST_METADATA)) {
      facts.append(el("div", {}, `${oneLine(name, 24)}: ${oneLine(value, 40)}`));
    }
    const waits = this.ctx.live()?.state === "live" && !item;
    this.card.root.classList.toggle("waiting", waits);
    this.card.root.replaceChildren(...this.bodies(item, waits), title, facts);
  }

  private bodies(item: Item | null, waits: boolean): Node[] {
    const { modality } = this.ctx.meta();
    if (modality === "images") {
      if (!item && !waits) return [];
      const pair = el("div", { class: "pair" });
      if (!item || item.original) pair.append(shown("Item", item?.original ?? null));
      pair.append(shown("Decoded", item?.reconstruction ?? null));
      return [pair];
    }
    if (!item) return waits ? [el("div", { class: "text" }, "…")] : [];
    const parts: Node[] = [];
    if (item.text) parts.push(el("div", { class: "text" }, oneLine(item.text, 220)));
    if (item.reconstruction) {
      const again = el("div", { class: "text again" }, decoded(item.reconstruction));
      parts.push(el("div", { class: "quiet" }, "The model says"), again);
    }
    return parts;
  }

  draw(context: CanvasRenderingContext2D): void {
    const { model, stage } = this.ctx;
    const theme = this.ctx.theme();
    for (const [index, colour] of [[this.picked, theme.accent], [this.hovered, theme.text]] as const) {
      if (index < 0 || index >= model.scene.count) continue;
      const [x, y] = stage.placeOf(index);
      ring(context, [x, y], 7, colour, theme);
    }
  }
}

function shown(caption: string, body: Item["original"]): HTMLElement {
  const picture = body ? decoded(body) : el("div", { class: "picture" });
  return el("figure", {}, picture, el("figcaption", { class: "quiet" }, caption));
}
