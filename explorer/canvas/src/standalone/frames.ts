/** The other end of the live socket's protocol: frames that were asked are read, answers written. */
import { Ask } from "../asks";
import { Answer, HEADER, ProtocolError, VERSION, type Address, type Body } from "../protocol";
import type { Found, Near } from "./space";

export type Asked =
  | { kind: "open"; model: string }
  | { kind: "decode"; z: Float32Array; rows: number }
  | { kind: "at"; fromNearest: boolean; x: number; y: number }
  | { kind: "item"; index: number }
  | { kind: "nearest"; count: number; z: Float32Array }
  | { kind: "other" };

const encoder = new TextEncoder();

export function readAsk(buffer: ArrayBuffer): { to: Address; asked: Asked } {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEADER || view.getUint8(0) !== VERSION) {
    throw new ProtocolError("this is no frame of ours");
  }
  const to = {
    handle: view.getUint16(2, true),
    request: view.getUint32(4, true),
    channel: view.getUint8(8),
  };
  return { to, asked: payloadOf(view.getUint8(1), buffer) };
}

function payloadOf(kind: number, buffer: ArrayBuffer): Asked {
  const view = new DataView(buffer, HEADER);
  switch (kind) {
    case Ask.open:
      return { kind: "open", model: new TextDecoder().decode(view) };
    case Ask.decode:
      return { kind: "decode", rows: view.getUint32(0, true), z: floats(buffer, HEADER + 8) };
    case Ask.at: {
      const at = 1 + view.getUint8(0);
      const [x, y] = [view.getFloat32(at + 1, true), view.getFloat32(at + 5, true)];
      return { kind: "at", fromNearest: view.getUint8(at) === 1, x, y };
    }
    case Ask.item:
      return { kind: "item", index: view.getUint32(0, true) };
    case Ask.nearest:
      return { kind: "nearest", count: view.getUint16(0, true), z: floats(buffer, HEADER + 2) };
    default:
      return { kind: "other" };
  }
}

function floats(buffer: ArrayBuffer, from: number): Float32Array {
  return new Float32Array(buffer.slice(from));
}

/** A frame in the making. */
class Writer {
  private readonly parts: Uint8Array<ArrayBuffer>[] = [];

  constructor(kind: number, to: Address) {
    const head = new DataView(new ArrayBuffer(HEADER));
    head.setUint8(0, VERSION);
    head.setUint8(1, kind);
    head.setUint16(2, to.handle, true);
    head.setUint32(4, to.request, true);
    head.setUint8(8, to.channel);
    this.parts.push(new Uint8Array(head.buffer));
  }

  u16(...values: number[]): this {
    return this.bytes(new Uint8Array(Uint16Array.from(values).buffer));
  }

  u32(...values: number[]): this {
    return this.bytes(new Uint8Array(Uint32Array.from(values).buffer));
  }

  f32(values: ArrayLike<number>): this {
    return this.bytes(new Uint8Array(Float32Array.from(values).buffer));
  }

  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes as Uint8Array<ArrayBuffer>);
    return this;
  }

  json(value: unknown, withLength: boolean): this {
    const bytes = encoder.encode(JSON.stringify(value));
    if (withLength) this.u32(bytes.length);
    return this.bytes(bytes);
  }

  /** What is shown, without its kind. */
  body(body: Body): this {
    if (body.kind === "texts") return this.json({ texts: body.texts }, false);
    const { count, height, width, channels, pixels } = body;
    return this.u32(count).u16(height, width, channels, 0).bytes(pixels);
  }

  shown(body: Body | null): this {
    if (!body) return this.u32(0);
    return this.u32(body.kind === "texts" ? Answer.texts : Answer.images).body(body);
  }

  done(): ArrayBuffer {
    const whole = new Uint8Array(this.parts.reduce((all, part) => all + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole.buffer;
  }
}

export function hello(to: Address, about: object): ArrayBuffer {
  return new Writer(Answer.hello, { ...to, handle: 1 }).json(about, false).done();
}

export function failure(to: Address, message: string): ArrayBuffer {
  return new Writer(Answer.error, to).bytes(encoder.encode(message)).done();
}

export function shown(to: Address, body: Body): ArrayBuffer {
  const kind = body.kind === "texts" ? Answer.texts : Answer.images;
  return new Writer(kind, to).body(body).done();
}

export function place(to: Address, { z, nearest, trust }: Found, body: Body): ArrayBuffer {
  const frame = new Writer(Answer.place, to).f32([trust]).u32(nearest).u16(z.length, 0);
  return frame.f32(z).shown(body).done();
}

export function item(to: Address, about: object, original: Body | null, again: Body): ArrayBuffer {
  return new Writer(Answer.item, to).json(about, true).shown(original).shown(again).done();
}

export function nearest(to: Address, { items, distances }: Near): ArrayBuffer {
  const frame = new Writer(Answer.nearest, to).u16(items.length, 0);
  items.forEach((index, k) => frame.u32(index).f32([distances[k]]));
  return frame.done();
}
