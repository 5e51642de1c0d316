/** The panel beside the map: one item, what the model makes of it, its numbers and its neighbours. */
import { askItem, askNearest } from "../asks";
import { join, type Door } from "../connection";
import { decoded, pictureOf } from "../decoded";
import { el, oneLine } from "../dom";
import type { LiveClient } from "../live";
import type { Body, Item } from "../protocol";
import { counted } from "../scales";
import type { Content } from "./content";
import type { Header } from "./header";
import type { Items } from "./items";
import { Lines } from "./lines";

/** Channels that the map does not use. */
const ITEM = 8;
const NEAREST = 9;
const DRAWN = 10;
const MOST_METADATA = 6;
const LISTED = 8;

export class ItemPanel {
  readonly root = el("section", { class: "file-item", "aria-label": "Item" });
  private readonly bodies = el("div", { class: "file-bodies" });
  private readonly facts = el("dl", { class: "file-facts" });
  private readonly near = el("div", { class: "file-near" });
  private readonly client: LiveClient;
  private readonly lines: Lines;
  private readonly latents: Float32Array;
  private readonly spreads: Float32Array;
  private index = 0;

  constructor(
    private readonly content: Content<Header>,
    private readonly items: Items,
    door: Door,
    model: string,
    open: (item: number) => void,
  ) {
    this.latents = content.numbers("latents").values;
    this.spreads = content.numbers("spreads").values;
    this.root.append(this.bodies, this.facts, this.near);
    [this.client] = join(door, model);
    this.lines = new Lines(content, items, this.client, DRAWN, open);
    // What was asked for before anybody could answer.
    this.client.onState((state) => {
      if (state === "live") this.show(this.index);
    });
  }

  show(index: number): void {
    const other = index !== this.index || !this.facts.hasChildNodes();
    this.index = index;
    if (other) {
      this.fill(null);
      this.facts.replaceChildren(...this.factsOf(index));
      this.near.replaceChildren();
    }
    this.root.dataset.item = String(index);
    if (this.client.state === "live") void this.ask(index);
  }

  private async ask(index: number): Promise<void> {
    const [item, near] = await Promise.all([
      this.client.ask(ITEM, (to) => askItem(to, index)),
      this.client.ask(NEAREST, (to) => askNearest(to, this.of(index), LISTED + 1)),
    ]);
    if (index !== this.index) return;
    if (item?.kind === "item") this.fill(item);
    else if (item?.kind === "error") this.bodies.replaceChildren(el("p", {}, item.message));
    if (near?.kind !== "nearest") return;
    const others = [...near.indices].map((at, k) => [at, near.distances[k]] as const);
    this.fillNear(others.filter(([at]) => at !== index).slice(0, LISTED));
  }

  private of(index: number): Float32Array {
    const { dim } = this.content.header;
    return this.latents.subarray(index * dim, (index + 1) * dim);
  }

  private fill(item: Item | null): void {
    const { modality, items_are_decoded: own, items_note: why } = this.content.header;
    const again = item?.reconstruction ?? null;
    const shown: Node[] = [];
    if (modality === "images") {
      const pair = el("div", { class: "file-pair" });
      const original = this.items.picture(this.index);
      if (original) pair.append(figure("Item", original));
      pair.append(figure(this.content.header.decoded, again));
      shown.push(pair);
    } else {
      const text = this.items.texts?.[this.index];
      if (text !== undefined && !own) shown.push(...words("Item", el("span", {}, text)));
      shown.push(...words(this.content.header.decoded, again ? decoded(again) : el("span", {}, "…")));
    }
    if (why) shown.push(el("p", { class: "file-quiet" }, why));
    this.bodies.replaceChildren(...shown);
  }

  private factsOf(index: number): Node[] {
    const { items, content } = this;
    const z = this.of(index);
    const facts = new Map<string, string>();
    if (items.labels) facts.set("Label", items.labels[index]);
    facts.set("Item", counted(index));
    if (items.numbers) facts.set("Item of the run", counted(items.numbers[index]));
    facts.set("Split", items.split[index]);
    for (const [name, values] of Object.entries(items.metadata).slice(0, MOST_METADATA)) {
      if (!facts.has(name)) facts.set(name, values[index]);
    }
    content.header.active.forEach((dimension, k) => {
      const spread = this.spreads[index * content.header.active.length + k];
      facts.set(`z${dimension + 1}`, `${signed(z[dimension])} ± ${spread.toFixed(2)}`);
    });
    facts.set("Distance from the origin", Math.hypot(...z).toFixed(2));
    return [...facts].map(([name, value]) =>
      el("div", {}, el("dt", {}, oneLine(name, 60)), el("dd", {}, oneLine(value, 400))),
    );
  }

  private fillNear(near: (readonly [number, number])[]): void {
    const far = (at: number): string => `distance ${near[at][1].toFixed(3)}`;
    const list = this.lines.list(near.map(([item]) => item), far);
    this.near.replaceChildren(...(near.length > 0 ? [el("h2", {}, "Nearest items"), list] : []));
  }
}

function figure(caption: string, body: Body | null): HTMLElement {
  const blank = el("div", { class: "picture" });
  const picture = body?.kind === "images" ? pictureOf(body) : body ? decoded(body) : blank;
  return el("figure", {}, picture, el("figcaption", { class: "file-quiet" }, caption));
}

function words(caption: string, shown: HTMLElement): Node[] {
  return [el("p", { class: "file-quiet" }, caption), el("p", { class: "file-text" }, shown)];
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
