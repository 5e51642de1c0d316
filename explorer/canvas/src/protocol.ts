/**
 * The binary protocol of the live socket, version 1: explorer/live/PROTOCOL.md is its page.
 *
 * Little endian. A frame is a header of twelve bytes, then a payload that depends on its kind.
 */

export const VERSION = 1;
const HEADER = 12;

export const Ask = { open: 1, decode: 2, at: 3, encode: 4, item: 5, nearest: 6 } as const;
export const Answer = {
  hello: 129,
  images: 130,
  texts: 131,
  place: 132,
  latent: 133,
  item: 134,
  nearest: 135,
  error: 255,
} as const;

/** Where the rest of z comes from when two dimensions do not say everything. */
export const Rest = { mean: 0, nearest: 1 } as const;

export class ProtocolError extends Error {}

export interface Address {
  handle: number;
  request: number;
  channel: number;
}

export interface Images {
  kind: "images";
  count: number;
  height: number;
  width: number;
  channels: number;
  /** count × height × width × channels, one byte each. */
  pixels: Uint8Array;
}

export interface Text {
  text: string;
  tokens: string[];
  /** Of each token, how sure the model is. */
  p: number[];
}

export interface Texts {
  kind: "texts";
  texts: Text[];
}

export type Body = Images | Texts;

export interface Hello {
  kind: "hello";
  model: string;
  modality: string;
  dim: number;
  shape?: number[];
  items: number;
  max_rows: number;
  max_bytes: number;
  max_rate: number;
}

export interface Place {
  kind: "place";
  /** 1 where items are dense, towards 0 where there are none. */
  trust: number;
  nearest: number;
  z: Float32Array;
  body: Body;
}

export interface Latent {
  kind: "latent";
  mean: number[];
  log_variance: number[];
  /** Where it lies on each published map. */
  at: Record<string, [number, number]>;
  nearest: number[];
  body: Body | null;
}

export interface Item {
  kind: "item";
  text?: string;
  label?: string;
  split: string;
  metadata: Record<string, string>;
  z: number[];
  original: Body | null;
  reconstruction: Body | null;
}

export interface Nearest {
  kind: "nearest";
  indices: Uint32Array;
  distances: Float32Array;
}

export interface Failure {
  kind: "error";
  message: string;
}

export type Reply = Hello | Images | Texts | Place | Latent | Item | Nearest | Failure;

const encoder = new TextEncoder();
// Damaged text is a damaged frame.
const decoder = new TextDecoder("utf-8", { fatal: true });

function frame(kind: number, to: Address, payload: number): [ArrayBuffer, DataView, Uint8Array] {
  const buffer = new ArrayBuffer(HEADER + payload);
  const view = new DataView(buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, kind);
  view.setUint16(2, to.handle, true);
  view.setUint32(4, to.request, true);
  view.setUint8(8, to.channel);
  return [buffer, view, new Uint8Array(buffer, HEADER)];
}

function textFrame(kind: number, to: Address, text: string): ArrayBuffer {
  const bytes = encoder.encode(text);
  const [buffer, , payload] = frame(kind, to, bytes.length);
  payload.set(bytes);
  return buffer;
}

export function askOpen(to: Address, model: string): ArrayBuffer {
  return textFrame(Ask.open, to, model);
}

/** Ask for the items at `rows` points; `z` holds them one after the other. */
export function askDecode(
  to: Address,
  z: ArrayLike<number>,
  rows: number,
  temperature = 0,
): ArrayBuffer {
  if (rows < 1 || z.length % rows !== 0) {
    throw new ProtocolError(`${z.length} numbers are not ${rows} points`);
  }
  const [buffer, view] = frame(Ask.decode, to, 8 + 4 * z.length);
  view.setUint32(HEADER, rows, true);
  view.setFloat32(HEADER + 4, temperature, true);
  for (let i = 0; i < z.length; i++) view.setFloat32(HEADER + 8 + 4 * i, z[i], true);
  return buffer;
}

/** Ask what lies at a point of the map, in the coordinates in which Python sent its points. */
export function askAt(to: Address, map: string, rest: number, x: number, y: number): ArrayBuffer {
  const name = encoder.encode(map);
  if (name.length > 255) throw new ProtocolError("the name of a map is at most 255 bytes long");
  const [buffer, view, payload] = frame(Ask.at, to, 1 + name.length + 9);
  payload[0] = name.length;
  payload.set(name, 1);
  const rear = HEADER + 1 + name.length;
  view.setUint8(rear, rest);
  view.setFloat32(rear + 1, x, true);
  view.setFloat32(rear + 5, y, true);
  return buffer;
}

export function askEncode(to: Address, item: Uint8Array | string): ArrayBuffer {
  if (typeof item === "string") return textFrame(Ask.encode, to, item);
  const [buffer, , payload] = frame(Ask.encode, to, item.length);
  payload.set(item);
  return buffer;
}

export function askItem(to: Address, index: number): ArrayBuffer {
  const [buffer, view] = frame(Ask.item, to, 4);
  view.setUint32(HEADER, index, true);
  return buffer;
}

export function askNearest(to: Address, z: ArrayLike<number>, count: number): ArrayBuffer {
  const [buffer, view] = frame(Ask.nearest, to, 2 + 4 * z.length);
  view.setUint16(HEADER, count, true);
  for (let i = 0; i < z.length; i++) view.setFloat32(HEADER + 2 + 4 * i, z[i], true);
  return buffer;
}

/** Reads a frame from front to back; reading past its end is a ProtocolError. */
class Reader {
  private readonly view: DataView;
  position = HEADER;

  constructor(private readonly buffer: ArrayBuffer) {
    this.view = new DataView(buffer);
  }

  get left(): number {
    return this.buffer.byteLength - this.position;
  }

  private step(size: number): number {
    if (size < 0 || size > this.left) {
      throw new ProtocolError(`a frame of ${this.buffer.byteLength} bytes ends too early`);
    }
    const here = this.position;
    this.position += size;
    return here;
  }

  u8(): number {
    return this.view.getUint8(this.step(1));
  }

  u16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  f32(): number {
    return this.view.getFloat32(this.step(4), true);
  }

  skip(size: number): void {
    this.step(size);
  }

  bytes(size: number): Uint8Array {
    return new Uint8Array(this.buffer, this.step(size), size);
  }

  text(size = this.left): string {
    return decoder.decode(this.bytes(size));
  }

  json<T>(size = this.left): T {
    return JSON.parse(this.text(size)) as T;
  }
}

function readImages(from: Reader): Images {
  const count = from.u32();
  const [height, width, channels] = [from.u16(), from.u16(), from.u16()];
  from.skip(2);
  const pixels = from.bytes(count * height * width * channels);
  return { kind: "images", count, height, width, channels, pixels };
}

function readBody(from: Reader): Body | null {
  const kind = from.u8();
  from.skip(3);
  if (kind === 0) return null;
  if (kind === Answer.images) return readImages(from);
  if (kind === Answer.texts) return { kind: "texts", ...from.json<{ texts: Text[] }>() };
  throw new ProtocolError(`an answer holds neither pictures nor texts, but kind ${kind}`);
}

function readPlace(from: Reader): Place {
  const [trust, nearest, dim] = [from.f32(), from.u32(), from.u16()];
  from.skip(2);
  const z = Float32Array.from({ length: dim }, () => from.f32());
  const body = readBody(from);
  if (body === null) throw new ProtocolError("a place without what lies there");
  return { kind: "place", trust, nearest, z, body };
}

function readNearest(from: Reader): Nearest {
  const count = from.u16();
  from.skip(2);
  const indices = new Uint32Array(count);
  const distances = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    indices[i] = from.u32();
    distances[i] = from.f32();
  }
  return { kind: "nearest", indices, distances };
}

function readReply(kind: number, from: Reader): Reply {
  switch (kind) {
    case Answer.hello:
      return { kind: "hello", ...from.json<Omit<Hello, "kind">>() };
    case Answer.images:
      return readImages(from);
    case Answer.texts:
      return { kind: "texts", ...from.json<{ texts: Text[] }>() };
    case Answer.place:
      return readPlace(from);
    case Answer.latent:
      return {
        kind: "latent",
        ...from.json<Omit<Latent, "kind" | "body">>(from.u32()),
        body: readBody(from),
      };
    case Answer.item:
      return {
        kind: "item",
        ...from.json<Omit<Item, "kind" | "original" | "reconstruction">>(from.u32()),
        original: readBody(from),
        reconstruction: readBody(from),
      };
    case Answer.nearest:
      return readNearest(from);
    case Answer.error:
      return { kind: "error", message: from.text() };
    default:
      throw new ProtocolError(`an answer of unknown kind ${kind}`);
  }
}

/** Read one frame from the server; anything but a whole, known one is a ProtocolError. */
export function readFrame(buffer: ArrayBuffer): { to: Address; reply: Reply } {
  if (buffer.byteLength < HEADER) throw new ProtocolError("a frame is shorter than its header");
  const view = new DataView(buffer);
  if (view.getUint8(0) !== VERSION) {
    throw new ProtocolError(`the server speaks version ${view.getUint8(0)}, this page ${VERSION}`);
  }
  const to = {
    handle: view.getUint16(2, true),
    request: view.getUint32(4, true),
    channel: view.getUint8(8),
  };
  try {
    return { to, reply: readReply(view.getUint8(1), new Reader(buffer)) };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError(`a frame cannot be read: ${String(error)}`);
  }
}
