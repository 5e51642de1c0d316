/**
 * What a map that was taken away holds: a header that is JSON, and typed sections behind it.
 * explorer/html_export/sections.py writes it.
 *
 * u32 length of the header · header, UTF-8, up to a multiple of eight · sections. Numbers of more
 * than one byte lie in planes: all first bytes, then all second ones, which packs them smaller.
 */

export type Kind = "f4" | "f2" | "i1" | "u1" | "u2" | "u4";

interface Place {
  kind: Kind;
  shape: number[];
  /** From the first byte behind the header. */
  at: number;
}

/** Numbers of a row that share a scale, as storing.py has it. */
const BLOCK = 32;

const SIZES: Record<Kind, number> = { f4: 4, f2: 2, i1: 1, u1: 1, u2: 2, u4: 4 };

export interface Numbers {
  values: Float32Array;
  shape: number[];
}

export class Content<Header> {
  readonly header: Header & { sections: Record<string, Place> };
  private readonly from: number;
  private readonly read = new Map<string, Numbers>();

  constructor(private readonly bytes: Uint8Array) {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    this.from = Math.ceil((4 + length) / 8) * 8;
  }

  has(name: string): boolean {
    return name in this.header.sections;
  }

  shape(name: string): number[] {
    return this.place(name).shape;
  }

  /** The bytes of a section, in the order in which numbers have them. */
  raw(name: string): Uint8Array {
    const { kind, shape, at } = this.place(name);
    const count = shape.reduce((all, length) => all * length, 1);
    const size = SIZES[kind];
    const planes = this.bytes.subarray(this.from + at, this.from + at + count * size);
    if (size === 1) return planes;
    const mixed = new Uint8Array(count * size);
    for (let byte = 0; byte < size; byte++) {
      const plane = byte * count;
      for (let i = 0; i < count; i++) mixed[i * size + byte] = planes[plane + i];
    }
    return mixed;
  }

  /** A section as numbers; bytes are multiplied by the scales beside them. */
  numbers(name: string): Numbers {
    const known = this.read.get(name);
    if (known) return known;
    const { kind, shape } = this.place(name);
    const raw = this.raw(name);
    const values = kind === "i1" ? this.scaled(name, raw, shape) : floatsOf(raw, kind);
    this.read.set(name, { shape, values });
    return { shape, values };
  }

  whole(name: string): Uint32Array | Uint16Array {
    const raw = this.raw(name);
    return this.place(name).kind === "u4"
      ? new Uint32Array(raw.buffer, 0, raw.length >> 2)
      : new Uint16Array(raw.buffer, 0, raw.length >> 1);
  }

  json<T>(name: string): T {
    return JSON.parse(new TextDecoder().decode(this.raw(name))) as T;
  }

  private scaled(name: string, raw: Uint8Array, shape: number[]): Float32Array {
    const scales = this.numbers(`${name}|scale`).values;
    const signed = new Int8Array(raw.buffer, raw.byteOffset, raw.length);
    const values = new Float32Array(raw.length);
    const width = raw.length / shape[0];
    for (let from = 0, block = 0; from < raw.length; from += width) {
      for (let at = 0; at < width; block++) {
        const end = Math.min(width, at + BLOCK);
        for (; at < end; at++) values[from + at] = signed[from + at] * scales[block];
      }
    }
    return values;
  }

  private place(name: string): Place {
    const place = this.header.sections[name];
    if (!place) throw new Error(`This file holds nothing called ${name}.`);
    return place;
  }
}

function floatsOf(raw: Uint8Array, kind: Kind): Float32Array {
  if (kind === "f4") return new Float32Array(raw.slice().buffer);
  if (kind !== "f2") throw new Error(`Sections of ${kind} are no numbers of ours.`);
  // Millions of them: each of the 65,536 that there are is reckoned once.
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalf(half));
  const halves = new Uint16Array(raw.slice().buffer);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]];
  return values;
}

let table: Float32Array | null = null;

/** A number of sixteen bits, as IEEE 754 has them. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** From the letters in the page to the bytes that they stand for. */
export async function unpacked(letters: string): Promise<Uint8Array> {
  const packed = fromLetters(letters.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Five letters are four bytes; the first of all says how many at the end are none. */
export function fromLetters(text: string): Uint8Array<ArrayBuffer> {
  const digits = new Uint8Array(128);
  for (let code = 0x21, digit = 0; code < 0x7f; code++) {
    if (!"<>&\"'\\`-=".includes(String.fromCharCode(code))) digits[code] = digit++;
  }
  const groups = (text.length - 1) / 5;
  const view = new DataView(new ArrayBuffer(4 * groups));
  for (let group = 0, at = 1; group < groups; group++) {
    let value = 0;
    for (const end = at + 5; at < end; at++) value = value * 85 + digits[text.charCodeAt(at)];
    view.setUint32(4 * group, value);
  }
  return new Uint8Array(view.buffer, 0, 4 * groups - Number(text[0]));
}
