import { describe, expect, test } from "vitest";
import * as asks from "../src/asks";
import { readFrame, type Body } from "../src/protocol";
import { Content, fromHalf, fromLetters } from "../src/standalone/content";
import { csvOf } from "../src/standalone/csv";
import { byteOf, enlarged } from "../src/standalone/decode/drawing";
import { applied, erf, softmax } from "../src/standalone/decode/numbers";
import { piecesOf, stripped } from "../src/standalone/decode/wording";
import { highest, likeliest } from "../src/standalone/decode/writing";
import * as frames from "../src/standalone/frames";
import type { Items } from "../src/standalone/items";
import { folded, Seeker } from "../src/standalone/seek";
import { nearestRows, shepard, trustOf } from "../src/standalone/space";
import { seeded } from "./random";

const TO = { handle: 1, request: 7, channel: 3 };

describe("frames", () => {
  test("what is asked is read as it was asked", () => {
    const z = Float32Array.of(0.5, -1, 2);
    expect(frames.readAsk(asks.askOpen(TO, "größer")).asked).toEqual({ kind: "open", model: "größer" });
    expect(frames.readAsk(asks.askAt(TO, "umap-2d", 1, 0.25, -3)).asked).toEqual({
      kind: "at", fromNearest: true, x: 0.25, y: -3,
    }); // prettier-ignore
    expect(frames.readAsk(asks.askDecode(TO, z, 1)).asked).toEqual({ kind: "decode", rows: 1, z });
    expect(frames.readAsk(asks.askItem(TO, 12))).toEqual({ to: TO, asked: { kind: "item", index: 12 } });
    expect(frames.readAsk(asks.askNearest(TO, z, 8)).asked).toEqual({ kind: "nearest", count: 8, z });
  });

  test("what is answered is read by the page's own client", () => {
    const pixels = Uint8Array.from({ length: 12 }, (_, i) => i);
    const picture: Body = { kind: "images", count: 1, height: 2, width: 2, channels: 3, pixels };
    const text: Body = { kind: "texts", texts: [{ text: "a b", tokens: ["a", " b"], p: [0.5, 1] }] };
    const found = { z: Float32Array.of(1, 2), nearest: 5, trust: 0.25 };
    for (const body of [picture, text]) {
      expect(readFrame(frames.shown(TO, body)).reply).toEqual(body);
      expect(readFrame(frames.place(TO, found, body))).toEqual({
        to: TO, reply: { kind: "place", ...found, body },
      }); // prettier-ignore
      const item = readFrame(frames.item(TO, { split: "test" }, null, body)).reply;
      expect(item).toEqual({ kind: "item", split: "test", original: null, reconstruction: body });
    }
    const near = readFrame(frames.nearest(TO, { items: [3, 9], distances: [0.5, 1.5] })).reply;
    expect(near).toEqual({
      kind: "nearest", indices: Uint32Array.of(3, 9), distances: Float32Array.of(0.5, 1.5),
    }); // prettier-ignore
    expect(readFrame(frames.failure(TO, "No.")).reply).toEqual({ kind: "error", message: "No." });
  });
});

describe("space", () => {
  test("the nearest are those that sorting all finds", () => {
    const draw = seeded(4);
    const rows = Float32Array.from({ length: 300 }, draw);
    const point = [0.4, 0.5, 0.6];
    const away = (row: number): number =>
      Math.hypot(...point.map((at, k) => rows[3 * row + k] - at));
    const all = [...Array(100).keys()].sort((a, b) => away(a) - away(b));
    const near = nearestRows(rows, 3, point, 9);
    expect(near.items).toEqual(all.slice(0, 9));
    near.distances.forEach((distance, k) => expect(distance).toBeCloseTo(away(all[k]), 6));
    expect(nearestRows(rows, 3, point, 1000).items).toEqual(all);
  });

  test("trust is 1 up to twice the spacing, and then falls as density does", () => {
    expect(trustOf(Array<number>(8).fill(2), 1)).toBe(1);
    expect(trustOf(Array<number>(9).fill(20), 1)).toBeCloseTo(0.01, 12);
    expect(trustOf([0], 0)).toBe(1);
  });

  test("Shepard's weights sum to 1, and an item has all of its own place", () => {
    const weights = shepard([1, 2, 3, 4]);
    expect(weights.reduce((all, one) => all + one)).toBeCloseTo(1, 12);
    expect(weights[0] / weights[1]).toBeCloseTo(((1 - 1 / 4) / (1 - 2 / 4) / (1 / 2)) ** 2, 12);
    expect(shepard([0, 1, 2])).toEqual([1, 0]);
    expect(shepard([0, 0, 0])).toEqual([0.5, 0.5]);
    expect(shepard([2, 2, 2])).toEqual([0.5, 0.5]);
  });
});

describe("wording", () => {
  test("marks take the spaces around them", () => {
    const pieces = piecesOf(["a", "(", "big", ")", "cat", ",", "", "sat", "."], "word");
    expect(pieces).toEqual(["a", " (", "big", ")", " cat", ",", "", " sat", "."]);
  });

  test("byte-level tokens give characters when they are whole", () => {
    // "é" is the bytes c3 a9, which byte-level BPE writes as Ã and ©; Ġ is a space.
    expect(piecesOf(["Ġa", "Ã", "©"], "bpe")).toEqual([" a", "", "é"]);
    expect(piecesOf(["Ã"], "bpe")).toEqual(["\ufffd"]);
    expect(piecesOf([], "bpe")).toEqual([]);
  });

  test("texts are stripped as Python does it", () => {
    expect(stripped(" \x1c a b\x85\n")).toBe("a b");
    expect(stripped("\ufeffa ")).toBe("\ufeffa");
  });
});

describe("arithmetic", () => {
  test("rows are multiplied, four at a time and the rest", () => {
    const weight = Float32Array.from({ length: 14 }, (_, i) => i);
    const linear = { weight, bias: Float32Array.of(1, 1, 1, 1, 1, 1, 1), rows: 7, columns: 2 };
    expect([...applied(linear, Float32Array.of(1, 2))]).toEqual([3, 9, 15, 21, 27, 33, 39]);
  });

  test("erf and softmax are what tables say", () => {
    [[0, 0], [0.5, 0.5204998778], [-1, -0.8427007929], [3, 0.9999779095]].forEach(([at, is]) =>
      expect(erf(at)).toBeCloseTo(is, 6),
    );
    const shares = softmax(Float32Array.of(1000, 1000, 0));
    expect([...shares]).toEqual([0.5, 0.5, 0]);
  });

  test("ink becomes bytes as numpy rounds it", () => {
    expect([0, 1, -3, 7, NaN, 0.5 / 255, 1.5 / 255].map(byteOf)).toEqual([0, 255, 0, 255, 0, 0, 2]);
  });

  test("four channels become a square, cropped", () => {
    const maps = { values: Float32Array.of(1, 5, 2, 6, 3, 7, 4, 8), channels: 4, height: 1, width: 2 };
    expect([...enlarged(maps, 2, 3).values]).toEqual([1, 2, 5, 3, 4, 7]);
  });

  test("what is never written is not chosen, but takes its share", () => {
    const [token, share] = likeliest(Float32Array.of(0, 0, 0, 0, 0));
    expect([token, share]).toEqual([2, 0.2]);
    expect(likeliest(Float32Array.of(9, 9, 0, 9, 1))[0]).toBe(4);
    expect(highest(Float32Array.of(1, 5, 3, 5), 3)).toEqual([1, 3, 2]);
  });

  test("halves are read as IEEE 754 has them", () => {
    const found = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555].map(fromHalf);
    expect(found).toEqual([1, -2, 2 ** -24, 65504, -0, 0.333251953125]);
    expect(fromHalf(0x7c00)).toBe(Infinity);
    expect(fromHalf(0x7e00)).toBeNaN();
  });
});

test("letters are bytes, and their number need not be one of fours", () => {
  // 255, 0, 1, and a byte that is none.
  const alphabet = [...Array(94).keys()].map((k) => String.fromCharCode(33 + k));
  const letters = alphabet.filter((letter) => !"<>&\"'\\`-=".includes(letter));
  expect(letters.length).toBe(85);
  let value = 0xff000100;
  const digits = [4, 3, 2, 1, 0].map(() => {
    const digit = value % 85;
    value = Math.floor(value / 85);
    return letters[digit];
  });
  expect([...fromLetters(`1${digits.reverse().join("")}`)]).toEqual([255, 0, 1]);
  expect([...fromLetters("0")]).toEqual([]);
});

test("sections are found behind the header, their bytes out of planes", () => {
  const sections = {
    wide: { kind: "u2", shape: [3], at: 0 },
    rows: { kind: "i1", shape: [2, 2], at: 8 },
    "rows|scale": { kind: "f4", shape: [2, 1], at: 16 },
  };
  const head = new TextEncoder().encode(JSON.stringify({ sections }));
  const from = Math.ceil((4 + head.length) / 8) * 8;
  const bytes = new Uint8Array(from + 24);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set([1, 2, 3, 0, 0, 1], from); // 1, 2, 259: low bytes, then high ones
  bytes.set([1, 255, 2, 3], from + 8);
  bytes.set([0, 0, 0, 0, 0x80, 0, 0x3f, 0x40], from + 16); // 1.0 and 2.0
  const content = new Content(bytes);
  expect([...content.whole("wide")]).toEqual([1, 2, 259]);
  expect([...content.numbers("rows").values]).toEqual([1, -1, 4, 6]);
  expect(() => content.raw("none")).toThrow("none");
});

const ITEMS = {
  count: 12,
  texts: Array.from({ length: 12 }, (_, i) => (i === 3 ? "Größer, \"so\"" : `text ${i % 2 ? "odd" : "even"}`)),
  labels: Array.from({ length: 12 }, (_, i) => `label${i % 3}`),
  metadata: { "a,b": Array<string>(12).fill("x\ny") },
  split: Array<string>(12).fill("train"),
  numbers: null,
} as unknown as Items;

describe("items", () => {
  const found = (query: string): number[] | null => {
    const mask = new Seeker(ITEMS).mask(query);
    return mask && [...Array(12).keys()].filter((i) => (mask[i >> 3] >> (i & 7)) & 1);
  };

  test("are found by words in any order, without case, and by their numbers", () => {
    expect(found("  ")).toBeNull();
    expect(found("label0 ODD")).toEqual([9]);
    expect(found("grÖSSER")).toEqual([3]);
    expect(found("größ")).toEqual([3]);
    expect(found("item 7")).toEqual([7]);
    expect(found("11")).toEqual([11]);
    expect(found("oddlabel")).toEqual([]);
    expect(folded("É")).toBe(folded("e\u0301"));
  });

  test("become a table whose cells are quoted where they must be", () => {
    const table = csvOf(ITEMS, Float32Array.from({ length: 24 }, (_, i) => i / 3), 2, [3, 1]);
    const cells = `"Größer, ""so""",label0,3,train,"x\ny",2,2.33333`;
    expect(table).toBe(
      `Text,Label,Item,Split,"a,b",mu_0,mu_1\n${cells}\ntext odd,label1,1,train,"x\ny",0.666667,1\n`,
    );
  });
});
