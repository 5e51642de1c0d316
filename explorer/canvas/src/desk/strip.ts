/** The filmstrip: what one dimension does, from one end of its slider to the other. */
import { decoded } from "../decoded";
import { el } from "../dom";
import { shortNumber, valueAt } from "../scales";
import { Lane, type Decoder } from "./decoder";
import type { Dimension } from "./meta";

const FRAMES = { pictures: 9, texts: 7 };

/** `count` places from one end of a dimension to the other, both included. */
export function stops(ends: Pick<Dimension, "low" | "high">, count: number): number[] {
  return Array.from({ length: count }, (_, k) => valueAt(ends, k / (count - 1)));
}

export class Strip {
  readonly root = el("section", { class: "strip" });
  private readonly title = el("h3", {});
  private readonly frames = el("div", { class: "frames" });
  private places: number[] = [];
  private due = false;
  private asked = 0;

  constructor(
    private readonly decoder: Decoder,
    private readonly pictures: boolean,
    private readonly go: (dimension: number, value: number) => void,
  ) {
    this.root.classList.toggle("texts", !pictures);
    this.root.append(this.title, this.frames);
  }

  /** Show what the dimension does from where z is; at most one request is ever on its way. */
  show(z: readonly number[], dimension: Dimension): void {
    this.title.textContent = `What ${dimension.name} does, all else as it is`;
    this.root.hidden = !this.decoder.live;
    if (this.root.hidden || this.due) return;
    // A strip is many decodes: once a frame is as often as it can be seen.
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      void this.decode(z, dimension);
    });
  }

  private async decode(z: readonly number[], dimension: Dimension): Promise<void> {
    const mine = ++this.asked;
    const places = stops(dimension, this.pictures ? FRAMES.pictures : FRAMES.texts);
    const points = places.flatMap((value) => z.map((old, k) => (k === dimension.index ? value : old)));
    const body = await this.decoder.decode(Lane.strip, points, places.length);
    if (!body || mine < this.asked - 1) return;
    this.places = places;
    this.frames.replaceChildren(
      ...places.map((value, k) => {
        const frame = el("button", { type: "button", class: "frame" }, decoded(body, k));
        frame.append(el("span", { class: "quiet" }, shortNumber(Number(value.toFixed(2)))));
        frame.addEventListener("click", () => this.go(dimension.index, value));
        return frame;
      }),
    );
    this.mark(z[dimension.index]);
  }

  /** Mark the frame that is nearest to where the slider stands. */
  mark(value: number): void {
    let nearest = -1;
    this.places.forEach((place, k) => {
      if (nearest < 0 || Math.abs(place - value) < Math.abs(this.places[nearest] - value)) nearest = k;
    });
    [...this.frames.children].forEach((frame, k) => frame.classList.toggle("here", k === nearest));
  }
}
