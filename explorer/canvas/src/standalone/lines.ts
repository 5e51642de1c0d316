/** Items as lines of a list: a picture or a text, a label and a number each. */
import { askDecode } from "../asks";
import { pictureOf } from "../decoded";
import { el, oneLine } from "../dom";
import type { LiveClient } from "../live";
import { counted } from "../scales";
import type { Content } from "./content";
import type { Header } from "./header";
import type { Items } from "./items";

/** As many pictures are decoded at a time. */
const TOGETHER = 32;

export class Lines {
  private readonly latents: Float32Array;

  constructor(
    private readonly content: Content<Header>,
    private readonly items: Items,
    private readonly client: LiveClient,
    /** Its lists decode on a channel of their own. */
    private readonly channel: number,
    private readonly open: (item: number) => void,
  ) {
    this.latents = content.numbers("latents").values;
  }

  /** A list of items; what is beside each, such as how far away it is, comes last. */
  list(chosen: readonly number[], beside: (at: number) => string = () => ""): HTMLUListElement {
    const lines = chosen.map((item, at) => {
      const line = this.line(item);
      const words = beside(at);
      if (words) line.append(el("span", { class: "file-quiet" }, words));
      return line;
    });
    const list = el("ul", { class: "file-list" }, ...lines.map((line) => el("li", {}, line)));
    const bare = this.content.header.modality === "images" && this.items.picture(0) === null;
    if (bare && lines.length > 0) void this.draw(list, chosen, lines);
    return list;
  }

  private line(item: number): HTMLButtonElement {
    const line = el("button", { type: "button", class: "file-line", "data-item": item });
    const picture = this.items.picture(item);
    if (picture) line.append(pictureOf(picture));
    const label = this.items.labels?.[item];
    const text = this.items.texts?.[item];
    const words = text !== undefined ? oneLine(text, 160) : label !== undefined ? oneLine(label, 60) : "";
    line.append(el("span", { class: "file-words" }, words || `Item ${counted(item)}`));
    if (words && text === undefined) {
      line.append(el("span", { class: "file-quiet" }, `item ${counted(item)}`));
    }
    line.addEventListener("click", () => this.open(item));
    return line;
  }

  /** Where the pictures themselves are not here, lines show what the model makes of them. */
  private async draw(
    list: HTMLElement,
    chosen: readonly number[],
    lines: readonly HTMLElement[],
  ): Promise<void> {
    const { dim } = this.content.header;
    for (let first = 0; first < chosen.length; first += TOGETHER) {
      const part = chosen.slice(first, first + TOGETHER);
      const z = new Float32Array(part.length * dim);
      part.forEach((item, at) => z.set(this.latents.subarray(item * dim, (item + 1) * dim), at * dim));
      const found = await this.client.ask(this.channel, (to) => askDecode(to, z, part.length));
      if (found?.kind !== "images" || (first > 0 && !list.isConnected)) return;
      part.forEach((_, at) => lines[first + at].prepend(pictureOf(found, at)));
    }
  }
}
