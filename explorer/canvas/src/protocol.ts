/**
 * The binary protocol of the live socket, version 1: explorer/live/PROTOCOL.md is its page. Here is
 * what the server says; what it is asked is in asks.ts.
 *
 * Little endian. A frame is a header of twelve bytes, then a payload that depends on its kind.
 */

export const VERSION = 1;
export const HEADER = 12;

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
  at: Record<string, number[]>;
  nearest: number[];
  /** Words of the text that the model has never seen. */
  unknown?: string[];
  /** How many tokens were read of a text that is longer. */
  read?: number;
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

// Damaged text is a damaged frame.
const decoder = new TextDecoder("utf-8", { fatal: true });

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
