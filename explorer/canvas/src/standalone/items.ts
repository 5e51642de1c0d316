/** What a map that was taken away knows of its items. */
import type { Body, Images } from "../protocol";
import type { Content } from "./content";
import type { Header } from "./header";

export class Items {
  readonly count: number;
  readonly labels: string[] | null;
  readonly texts: string[] | null;
  readonly split: string[];
  readonly metadata: Record<string, string[]>;
  /** The numbers that the items have in the whole run, where only some of them are here. */
  readonly numbers: Uint32Array | null;
  private readonly images: Uint8Array | null;
  private readonly stills: Uint8Array | string[] | null;

  constructor(private readonly content: Content<Header>) {
    this.count = content.header.items;
    this.labels = content.has("labels") ? content.json("labels") : null;
    this.texts = content.has("texts") ? content.json("texts") : null;
    this.split = content.json("split");
    this.metadata = content.json("metadata");
    this.numbers = content.has("numbers") ? Uint32Array.from(content.whole("numbers")) : null;
    this.images = content.has("images") ? content.raw("images") : null;
    this.stills = content.has("stills.pictures")
      ? content.raw("stills.pictures")
      : content.has("stills.texts")
        ? content.json<string[]>("stills.texts")
        : null;
  }

  /** The picture of an item as it was given to the model; null where it is not here. */
  picture(index: number): Images | null {
    return this.images && this.cut(this.images, index);
  }

  /** What was decoded of an item when the file was made; null where it was not. */
  still(index: number): Body | null {
    if (!this.stills) return null;
    if (this.stills instanceof Uint8Array) return this.cut(this.stills, index);
    return { kind: "texts", texts: [{ text: this.stills[index] ?? "", tokens: [], p: [] }] };
  }

  private cut(pixels: Uint8Array, index: number): Images {
    const [height, width, channels] = this.content.header.shape ?? [1, 1, 1];
    const size = height * width * channels;
    const part = pixels.slice(index * size, (index + 1) * size);
    return { kind: "images", count: 1, height, width, channels, pixels: part };
  }
}
