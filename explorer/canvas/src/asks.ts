/** What a browser asks on the live socket: frames to be sent. protocol.ts has the answers. */
import { HEADER, ProtocolError, VERSION, type Address } from "./protocol";

export const Ask = { open: 1, decode: 2, at: 3, encode: 4, item: 5, nearest: 6 } as const;

const encoder = new TextEncoder();

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
