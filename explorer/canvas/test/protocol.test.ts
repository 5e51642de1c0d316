import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as asks from "../src/asks";
import * as protocol from "../src/protocol";

const TO = { handle: 7, request: 70_000, channel: 3 };

interface Vectors {
  asked: Record<string, string>;
  answered: Record<string, string>;
}

// Written by Python's side of the protocol: tests/explorer/live holds it to the same bytes.
const vectors: Vectors = JSON.parse(
  readFileSync(new URL("./protocol.json", import.meta.url), "utf-8"),
);

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const frameOf = (hex: string): ArrayBuffer => bytesOf(hex).buffer as ArrayBuffer;
const hexOf = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString("hex");

test.each([
  ["open", asks.askOpen(TO, "run:größer")],
  ["decode", asks.askDecode(TO, [0.5, -1, 2, 3], 2, 0.75)],
  ["at", asks.askAt(TO, "pca", protocol.Rest.nearest, 1.5, -2)],
  ["encode a text", asks.askEncode(TO, "ein Satz")],
  ["encode a picture", asks.askEncode(TO, Uint8Array.of(0, 128, 255, 1))],
  ["item", asks.askItem(TO, 1796)],
  ["nearest", asks.askNearest(TO, [0.25, -0.5], 12)],
])("%s is written as the server reads it", (name, frame) => {
  expect(hexOf(frame)).toBe(vectors.asked[name]);
});

test.each([
  ["hello", { kind: "hello", model: "digits", modality: "images", dim: 2, items: 1797 }],
  ["images", { kind: "images", count: 2, height: 1, width: 2, channels: 1 }],
  ["texts", { kind: "texts", texts: [{ text: "a ü", tokens: ["a", "ü"], p: [0.5, 1] }] }],
  ["place", { kind: "place", trust: 0.25, nearest: 9, z: Float32Array.of(1, -1) }],
  ["latent", { kind: "latent", mean: [1, 2], at: { raw: [1, 2] }, nearest: [4, 5] }],
  ["item", { kind: "item", label: "3", split: "train", metadata: { a: "b" } }],
  ["nearest", { kind: "nearest", indices: Uint32Array.of(3, 1), distances: Float32Array.of(0, 2) }],
  ["error", { kind: "error", message: "There is no model called \"x\"." }],
])("%s is read as the server writes it", (name, expected) => {
  const { to, reply } = protocol.readFrame(frameOf(vectors.answered[name]));
  expect(to).toEqual(TO);
  expect(reply).toMatchObject(expected);
});

test("pictures keep their pixels, in an item both of them", () => {
  const images = protocol.readFrame(frameOf(vectors.answered.images)).reply as protocol.Images;
  expect([...images.pixels]).toEqual([0, 255, 128, 1]);
  const item = protocol.readFrame(frameOf(vectors.answered.item)).reply as protocol.Item;
  expect((item.original as protocol.Images).pixels).toHaveLength(4);
  expect((item.reconstruction as protocol.Images).pixels).toHaveLength(4);
});

test("a frame cut anywhere is a ProtocolError, never something else", () => {
  for (const [name, hex] of Object.entries(vectors.answered)) {
    if (name === "error") continue; // any part of a sentence is one
    const whole = bytesOf(hex);
    for (let length = 0; length < whole.length; length++) {
      const part = whole.slice(0, length).buffer as ArrayBuffer;
      expect(() => protocol.readFrame(part), `${name} cut to ${length}`).toThrow(
        protocol.ProtocolError,
      );
    }
  }
});

test("random bytes are a ProtocolError or a reply", () => {
  let seed = 3;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) % 256;
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: random() % 64 }, random);
    if (bytes.length > 1) [bytes[0], bytes[1]] = [1, 129 + (random() % 8)];
    try {
      protocol.readFrame(bytes.buffer as ArrayBuffer);
    } catch (error) {
      expect(error).toBeInstanceOf(protocol.ProtocolError);
    }
  }
});

test("another version is named", () => {
  const frame = bytesOf(vectors.answered.hello);
  frame[0] = 2;
  expect(() => protocol.readFrame(frame.buffer as ArrayBuffer)).toThrow(/version 2.*1/);
});

test("what cannot be asked is refused before it is sent", () => {
  expect(() => asks.askDecode(TO, [1, 2, 3], 2)).toThrow(protocol.ProtocolError);
  expect(() => asks.askAt(TO, "ü".repeat(128), 0, 0, 0)).toThrow(protocol.ProtocolError);
});
