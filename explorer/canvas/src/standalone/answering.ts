/** Answers what a map asks, in the page itself: the live socket's protocol without a server. */
import type { Body } from "../protocol";
import { Content } from "./content";
import { decoderOf, type Decode } from "./decode/decoder";
import * as frames from "./frames";
import type { Header } from "./header";
import { Items } from "./items";
import { Space } from "./space";

const MOST_ROWS = 64;
/** As many numbers of z as the app tells of an item. */
const MOST_DIMENSIONS = 64;

export class Answering {
  private readonly content: Content<Header>;
  private readonly space: Space;
  private readonly items: Items;
  private readonly decode: Decode | null;

  constructor(bytes: Uint8Array) {
    this.content = new Content<Header>(bytes);
    this.space = new Space(this.content);
    this.items = new Items(this.content);
    this.decode = decoderOf(this.content);
  }

  /** The frame that answers one. */
  answer(frame: ArrayBuffer): ArrayBuffer {
    const { to, asked } = frames.readAsk(frame);
    try {
      return this.told(to, asked);
    } catch (error) {
      return frames.failure(to, error instanceof Error ? error.message : String(error));
    }
  }

  private told(to: Parameters<typeof frames.hello>[0], asked: frames.Asked): ArrayBuffer {
    switch (asked.kind) {
      case "open":
        return frames.hello(to, this.about(asked.model));
      case "decode":
        return frames.shown(to, this.rows(asked.z, asked.rows));
      case "at": {
        const found = this.space.at(asked.x, asked.y, asked.fromNearest);
        return frames.place(to, found, this.decoded(found.z, found.nearest));
      }
      case "item":
        return this.item(to, asked.index);
      case "nearest":
        return frames.nearest(to, this.space.nearest(asked.z, asked.count));
      default:
        return frames.failure(to, "This file decodes, but it cannot encode items of your own.");
    }
  }

  private about(model: string): object {
    const { modality, dim, items, shape } = this.content.header;
    const limits = { max_rows: MOST_ROWS, max_bytes: 1 << 20, max_rate: 1000 };
    return { model, modality, dim, items, ...limits, ...(shape && { shape }) };
  }

  /** What lies at z; without a decoder, what was decoded of the nearest item. */
  private decoded(z: Float32Array, nearest: number): Body {
    const body = this.decode ? this.decode(z) : this.items.still(nearest);
    if (!body) throw new Error("This file holds no decoder.");
    return body;
  }

  private rows(z: Float32Array, rows: number): Body {
    const { dim } = this.content.header;
    if (rows < 1 || rows > MOST_ROWS || z.length !== rows * dim) {
      throw new Error(`This model has ${dim} latent dimensions, but ${z.length} numbers came.`);
    }
    const each = Array.from({ length: rows }, (_, row) => {
      const one = z.subarray(row * dim, (row + 1) * dim);
      return this.decoded(one, this.decode ? 0 : this.space.nearest(one, 1).items[0]);
    });
    return each.reduce(together);
  }

  private item(to: Parameters<typeof frames.hello>[0], index: number): ArrayBuffer {
    const { items } = this;
    if (index >= items.count) throw new Error(`There are ${items.count} items; ${index} is none.`);
    const z = this.space.of(index);
    const metadata = Object.entries(items.metadata).map(([name, values]) => [name, values[index]]);
    const about = {
      split: items.split[index],
      metadata: Object.fromEntries(metadata),
      z: [...z.subarray(0, MOST_DIMENSIONS)],
      ...(items.labels && { label: items.labels[index] }),
      ...(items.texts && { text: items.texts[index] }),
    };
    return frames.item(to, about, items.picture(index), this.decoded(z, index));
  }
}

function together(one: Body, other: Body): Body {
  if (one.kind === "texts" && other.kind === "texts") {
    return { kind: "texts", texts: [...one.texts, ...other.texts] };
  }
  if (one.kind !== "images" || other.kind !== "images") return one;
  const pixels = new Uint8Array(one.pixels.length + other.pixels.length);
  pixels.set(one.pixels);
  pixels.set(other.pixels, one.pixels.length);
  return { ...one, count: one.count + other.count, pixels };
}
