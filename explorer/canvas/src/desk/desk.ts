/** The mixing desk: one live slider a dimension, and everything decoded while it moves. */
import { Line } from "../connection";
import { countAnswer, showIn } from "../decoded";
import { el } from "../dom";
import { askItem } from "../asks";
import type { Body } from "../protocol";
import { Status } from "../status";
import { bodyOf } from "../still";
import { readTheme, withAlpha } from "../theme";
import { Decoder, Lane } from "./decoder";
import type { DeskMeta, DeskState, Dimension } from "./meta";
import { Row } from "./row";
import { Sheet } from "./sheet";
import { startBar, type StartBar } from "./start";
import { Strip } from "./strip";
import { sample, step } from "./walk";

const MOVED = " · then moved by hand";
const STRIDE = 50;
/** With so few sliders there is room below them for two dimensions at once. */
const FEW = 4;
/** Python hears of a change when the hand has rested for so long. */
const REST = 300;

/** What is locked outlives the desk: Streamlit may build it anew, as after another page. */
const locks = new Map<string, Set<number>>();

function locksOf(model: string): Set<number> {
  const known = locks.get(model) ?? new Set<number>();
  locks.set(model, known);
  return known;
}

export class Desk {
  readonly root = el("div", { class: "desk" });
  private z: number[];
  private origin: string;
  private temperature: number;
  private readonly locked: Set<number>;
  private chosen: Dimension;
  private request = 0;
  private walking: ReturnType<typeof setInterval> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly rows: Row[];
  private readonly result = el("div", { class: "result", "aria-live": "polite" });
  private readonly said = el("div", { class: "quiet origin" });
  private readonly status = new Status();
  private readonly line = new Line(this.status, () => this.show(true), () => this.settle());
  private readonly decoder: Decoder;
  private readonly strip: Strip;
  private readonly sheet: Sheet | null;
  private readonly bar: StartBar;
  private readonly sizes: ResizeObserver;

  constructor(
    private meta: DeskMeta,
    host: HTMLElement,
    private tell: (state: DeskState) => void,
  ) {
    this.z = [...meta.z];
    this.origin = meta.origin;
    this.temperature = meta.temperature;
    this.locked = locksOf(meta.model);
    this.chosen = meta.dims[0];
    this.decoder = new Decoder(
      () => this.line.client,
      (message) => (this.said.textContent = message),
    );
    this.rows = meta.dims.map((about) => this.row(about));
    const pictures = meta.modality === "images";
    this.strip = new Strip(this.decoder, pictures, (index, value) => this.set([[index, value]], true));
    this.sheet =
      pictures && meta.dims.length > 1
        ? new Sheet(this.decoder, meta.dims, (values) => this.set(values, true))
        : null;
    this.bar = startBar(meta, {
      sample: () => this.all(sample(this.z, this.locked, this.temperature, Math.random), this.sampled()),
      reset: () => this.all(this.z.map((old, k) => (this.locked.has(k) ? old : 0)), CENTRE),
      walk: () => this.setWalking(this.walking === undefined),
      heat: (temperature) => {
        this.temperature = temperature;
        this.settle();
      },
      item: (index) => void this.startFrom(index),
    });
    this.build();
    host.append(this.root);
    this.sizes = new ResizeObserver(() => this.drawSpreads());
    this.sizes.observe(this.root);
    this.rows.forEach((row) => row.setLocked(this.locked.has(row.about.index)));
    this.choose(this.chosen);
    this.show(false);
    if (meta.answer) this.showBody(bodyOf(meta.answer));
    this.line.to(meta.live, meta.model);
  }

  /** Python has run again, or the theme changed. */
  update(meta: DeskMeta, tell: (state: DeskState) => void): void {
    this.tell = tell;
    this.meta = meta;
    this.line.to(meta.live, meta.model);
    this.drawSpreads();
    const { answer } = meta;
    if (!answer || answer.request !== this.request || this.decoder.live) return;
    this.z = [...answer.z];
    this.origin = meta.origin;
    this.show(false);
    this.showBody(bodyOf(answer));
  }

  private row(about: Dimension): Row {
    return new Row(about, {
      moved: (value) => {
        this.setWalking(false);
        this.set([[about.index, value]], true);
      },
      settled: () => this.settle(),
      chosen: () => this.choose(about),
      locked: (locked) => (locked ? this.locked.add(about.index) : this.locked.delete(about.index)),
    });
  }

  private build(): void {
    const { dims, shown, modality, note } = this.meta;
    this.root.dataset.modality = modality;
    const list = el("div", { class: "dims" }, ...this.rows.slice(0, shown).map(({ root }) => root));
    if (dims.length > shown) {
      const more = dims.length - shown;
      const fold = el("details", {}, el("summary", {}, `${more} less used dimension${more > 1 ? "s" : ""}`));
      fold.append(...this.rows.slice(shown).map(({ root }) => root));
      fold.addEventListener("toggle", () => this.drawSpreads());
      list.append(fold);
    }
    const left = el("div", { class: "desk-left" }, this.result);
    if (note) left.append(el("div", { class: "quiet" }, note));
    left.append(this.said, this.status.root, this.strip.root);
    const right = el("div", { class: "desk-right" }, this.bar.root, list);
    if (this.sheet) (dims.length <= FEW ? right : left).append(this.sheet.root);
    this.root.append(left, right);
  }

  private sampled(): string {
    return `A random sample at temperature ${this.temperature.toFixed(1)}`;
  }

  private choose(dimension: Dimension): void {
    this.chosen = dimension;
    this.rows.forEach((row) => row.choose(row.about.index === dimension.index));
    this.strip.show(this.z, dimension);
  }

  /** Set some dimensions by hand. */
  private set(values: readonly (readonly [number, number])[], live: boolean): void {
    this.z = [...this.z];
    for (const [index, value] of values) this.z[index] = value;
    if (!this.origin.endsWith(MOVED)) this.origin += MOVED;
    this.show(live);
    this.settleSoon();
  }

  /** Set all dimensions at once. */
  private all(z: number[], origin: string): void {
    this.setWalking(false);
    this.z = z;
    this.origin = origin;
    this.show(true);
    this.settleSoon();
  }

  private async startFrom(index: number): Promise<void> {
    if (!this.decoder.live) {
      this.settle(index);
      return;
    }
    const reply = await this.line.client?.ask(Lane.item, (to) => askItem(to, index));
    if (reply?.kind !== "item") return;
    const label = reply.label ? ` · ${reply.label}` : "";
    this.all(
      this.z.map((_, k) => reply.z[k] ?? 0),
      `Item ${index}${label}`,
    );
  }

  private setWalking(walking: boolean): void {
    if (walking === (this.walking !== undefined)) return;
    clearInterval(this.walking);
    this.walking = undefined;
    this.bar.walking(walking);
    if (!walking) {
      this.settle();
      return;
    }
    this.origin = "A random walk";
    this.walking = setInterval(() => {
      if (document.hidden) return;
      this.z = step(this.z, this.locked, this.temperature, STRIDE / 1000, Math.random);
      this.show(true);
    }, STRIDE);
  }

  /** Put everything where z is; `decode` also asks what lies there. */
  private show(decode: boolean): void {
    this.rows.forEach((row) => row.show(this.z[row.about.index]));
    this.said.textContent = this.origin;
    this.strip.mark(this.z[this.chosen.index]);
    if (!this.decoder.live) this.sheet?.show(this.z);
    if (!decode || !this.decoder.live) return;
    void this.decoder.decode(Lane.result, this.z, 1).then((body) => body && this.showBody(body));
    this.strip.show(this.z, this.chosen);
    this.sheet?.show(this.z);
  }

  private showBody(body: Body): void {
    showIn(this.result, body);
    countAnswer(this.result);
  }

  private drawSpreads(): void {
    const theme = readTheme(this.root);
    this.rows.forEach((row) => row.draw(withAlpha(theme.text, 0.16)));
  }

  private settleSoon(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.settle(), REST);
  }

  /** Tell Python where the desk stands; it decodes where there is no live socket. */
  private settle(item: number | null = null): void {
    clearTimeout(this.resting);
    const { z, origin, temperature } = this;
    this.tell({ z, origin, temperature, item, request: ++this.request });
  }

  destroy(): void {
    clearInterval(this.walking);
    clearTimeout(this.resting);
    this.sizes.disconnect();
    this.line.close();
    this.root.remove();
  }
}

const CENTRE = "The centre: every slider at 0";
