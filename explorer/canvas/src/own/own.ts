/** An item of the visitor's own, drawn or typed: encoded as it comes to be, and placed on the map. */
import { tell as tellOthers, type OwnPlace } from "../bus";
import { Line, type Door } from "../connection";
import { countAnswer, decoded, pictureOf, showIn } from "../decoded";
import { el, icon, oneLine } from "../dom";
import { askEncode, askItem } from "../asks";
import type { Body, Images, Item, Latent } from "../protocol";
import { toBase64 } from "../ranges";
import { Status } from "../status";
import { bodyOf, type Still } from "../still";
import { Pad } from "./pad";
import { rasterised, type Stroke } from "./raster";

const LANE = { encode: 24, item: 25 };
/** Neighbours are looked up when the hand has rested for so long. */
const REST = 180;
const MOST_NEAR = 6;

export interface OwnMeta {
  modality: string;
  one: string;
  model: string;
  live: Door | null;
  /** Height, width and colours of a picture; null where one types. */
  shape: [number, number, number] | null;
  answer: OwnAnswer | null;
}

/** Python's own encoding, for want of a live socket. */
export interface OwnAnswer extends Still {
  at: Record<string, [number, number]>;
  near: number[];
  unknown: string[];
  read: number | null;
  problem: string | null;
}

export interface OwnState {
  request: number;
  /** What was drawn, in base64, or typed; Python encodes it where there is no live socket. */
  content: string;
}

type Found = Pick<Latent, "mean" | "at" | "nearest" | "body"> & {
  unknown?: string[];
  read?: number | null;
};

export class Own {
  readonly root = el("div", { class: "own" });
  private readonly line: Line;
  private readonly status = new Status();
  private readonly pad: Pad | null;
  private readonly text: HTMLTextAreaElement | null;
  private readonly again = el("div", { class: "own-again" });
  private readonly seen = el("div", { class: "own-seen" });
  private readonly said = el("div", { class: "quiet own-said", "aria-live": "polite" });
  private readonly near = el("div", { class: "near" });
  private readonly sizes: ResizeObserver;
  private content: Uint8Array | string = "";
  private request = 0;
  private looked = 0;
  private found: Found | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private meta: OwnMeta,
    host: HTMLElement,
    private tell: (state: OwnState) => void,
  ) {
    this.line = new Line(this.status, () => this.encode(true));
    const { shape } = meta;
    this.pad = shape ? new Pad(shape[1], (strokes, done) => this.drawn(strokes, done)) : null;
    this.text = shape ? null : this.box();
    this.build();
    host.append(this.root);
    this.sizes = new ResizeObserver(() => this.pad?.draw());
    this.sizes.observe(this.root);
    this.line.to(meta.live, meta.model);
  }

  update(meta: OwnMeta, tell: (state: OwnState) => void): void {
    this.tell = tell;
    this.meta = meta;
    this.line.to(meta.live, meta.model);
    const { answer } = meta;
    if (!answer || answer.request !== this.request || this.line.live) return;
    if (answer.problem) this.said.textContent = answer.problem;
    else {
      const { at, near, unknown, read, z } = answer;
      this.show({ mean: z, at, nearest: near, unknown, read, body: bodyOf(answer) });
      this.list(near.map((index) => [index, null]));
    }
  }

  private box(): HTMLTextAreaElement {
    const { one } = this.meta;
    const text = el("textarea", { rows: 2, maxlength: 1000, placeholder: `Type a ${one}`, "aria-label": `Your ${one}` });
    text.addEventListener("input", () => {
      this.content = text.value;
      this.encode(false);
    });
    text.addEventListener("change", () => this.encode(true));
    return text;
  }

  private build(): void {
    const clear = el("button", { type: "button", class: "chip" }, icon("close"), "Clear");
    clear.addEventListener("click", () => this.clear());
    const pin = el("button", { type: "button", class: "chip" }, icon("pin"), "Pin");
    pin.title = "Keep it on the map as a pin.";
    pin.addEventListener("click", () => this.pin());
    this.root.dataset.modality = this.meta.modality;
    const made = el("figure", {}, this.again, el("figcaption", { class: "quiet" }, "The model says"));
    const input = this.pad
      ? el("div", { class: "own-pair" }, this.pad.root, el("div", { class: "own-two" }, this.seen, made))
      : el("div", {}, this.text, made);
    const nearby = el("div", { class: "quiet near-title" }, "Nearest items");
    this.root.append(input, el("div", { class: "row" }, clear, pin), this.said, nearby, this.near);
    this.root.classList.add("blank");
  }

  private drawn(strokes: readonly Stroke[], done: boolean): void {
    const shape = this.meta.shape!;
    const pixels = strokes.length > 0 ? rasterised(strokes, shape) : null;
    this.content = pixels ?? "";
    if (pixels) {
      const [height, width, channels] = shape;
      const seen: Images = { kind: "images", count: 1, height, width, channels, pixels };
      this.seen.replaceChildren(
        el("figure", {}, pictureOf(seen), el("figcaption", { class: "quiet" }, "The model sees")),
      );
    }
    this.encode(done);
  }

  private clear(): void {
    if (this.text) this.text.value = "";
    this.content = "";
    this.pad?.clear();
    this.encode(true);
  }

  private encode(done: boolean): void {
    const empty = typeof this.content === "string" ? !this.content.trim() : false;
    this.root.classList.toggle("blank", empty);
    if (empty) {
      this.found = null;
      this.said.textContent = "";
      this.near.replaceChildren();
      this.seen.replaceChildren();
      tellOthers(this.meta.model, "place", null);
      return;
    }
    if (this.line.live) void this.encodeLive(this.content);
    else if (done) {
      const { content } = this;
      const sent = typeof content === "string" ? content : toBase64(content);
      this.tell({ request: ++this.request, content: sent });
    }
  }

  private async encodeLive(content: Uint8Array | string): Promise<void> {
    const reply = await this.line.client?.ask(LANE.encode, (to) => askEncode(to, content));
    // What has been cleared meanwhile stays cleared.
    if (!reply || this.root.classList.contains("blank")) return;
    if (reply.kind === "error") this.said.textContent = reply.message;
    if (reply.kind !== "latent") return;
    this.show(reply);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(reply.nearest), REST);
  }

  private show(found: Found): void {
    this.found = found;
    if (found.body) showIn(this.again, found.body);
    const unknown = (found.unknown ?? []).slice(0, 8).map((word) => `“${word}”`);
    this.said.textContent = [
      found.read ? `The model reads only the first ${found.read} words.` : "",
      unknown.length ? `The model does not know ${unknown.join(", ")}.` : "",
    ]
      .join(" ")
      .trim();
    countAnswer(this.root);
    tellOthers(this.meta.model, "place", this.place(found));
  }

  private place({ at, mean, body }: Found): OwnPlace {
    return { at, z: mean, picture: pictureIn(body) };
  }

  private pin(): void {
    if (this.found) tellOthers(this.meta.model, "pin", this.place(this.found));
  }

  /** Fetch the neighbours one after the other: a channel holds one request. */
  private async look(indices: readonly number[]): Promise<void> {
    const mine = ++this.looked;
    const items: [number, Item | null][] = [];
    for (const index of indices.slice(0, MOST_NEAR)) {
      const reply = await this.line.client?.ask(LANE.item, (to) => askItem(to, index));
      if (mine !== this.looked || this.root.classList.contains("blank")) return;
      items.push([index, reply?.kind === "item" ? reply : null]);
    }
    this.list(items);
  }

  private list(items: readonly (readonly [number, Item | null])[]): void {
    this.near.replaceChildren(
      ...items.slice(0, MOST_NEAR).map(([index, item]) => {
        const shown = item?.original ?? (item?.text ? null : item?.reconstruction);
        const words = oneLine(item?.text ?? item?.label ?? `item ${index}`, 120);
        const entry = el("button", { type: "button", class: "neighbour", title: `Item ${index}` });
        if (shown) entry.append(decoded(shown));
        entry.append(el("span", {}, words));
        entry.addEventListener("click", () => tellOthers(this.meta.model, "pick", index));
        return entry;
      }),
    );
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.sizes.disconnect();
    this.line.close();
    tellOthers(this.meta.model, "place", null);
    this.root.remove();
  }
}

function pictureIn(body: Body | null): HTMLCanvasElement | null {
  return body?.kind === "images" ? pictureOf(body) : null;
}
