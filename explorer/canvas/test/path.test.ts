import { describe, expect, test } from "vitest";
import { lengthOf, thinned } from "../src/map/draw";
import { stretches } from "../src/map/way";
import { newWords, wordsIn } from "../src/path/changes";
import { compressed, gif, type Frame } from "../src/path/gif";
import { Route, type RouteMeta } from "../src/path/route";
import { circle, placeWords, straight } from "../src/path/ways";
import { toBase64 } from "../src/ranges";
import { seeded } from "./random";

describe("ways from one point to another", () => {
  const [from, to] = [[3, 0, 0], [0, 4, 0]];

  test.each([straight, circle])("begin and end where they should", (way) => {
    way(from, to, 0).forEach((value, k) => expect(value).toBeCloseTo(from[k]));
    way(from, to, 1).forEach((value, k) => expect(value).toBeCloseTo(to[k]));
  });

  test("around the circle the direction turns evenly and the length goes evenly", () => {
    const middle = circle(from, to, 0.5);
    expect(Math.hypot(...middle)).toBeCloseTo(3.5);
    expect(middle[0]).toBeCloseTo(middle[1]);
    expect(Math.hypot(...straight(from, to, 0.5))).toBeCloseTo(2.5);
  });

  test.each([
    ["a zero end", [0, 0], [1, 2]],
    ["opposite ends", [1, 0], [-2, 0]],
    ["the same end", [1, 2], [1, 2]],
  ])("where there is no circle (%s) the line is taken", (_, a, b) => {
    circle(a, b, 0.3).forEach((value, k) => expect(value).toBeCloseTo(straight(a, b, 0.3)[k]));
  });

  test("places are named as people do", () => {
    expect([0, 0.125, 1].map(placeWords)).toEqual(["start", "13 %", "end"]);
  });
});

describe("new words", () => {
  const marked = (before: string, now: string): string =>
    newWords(before.split(" "), now.split(" "))
      .map((fresh, k) => (fresh ? `*${now.split(" ")[k]}` : now.split(" ")[k]))
      .join(" ");

  test.each([
    ["a small dog", "a large dog", "a *large dog"],
    ["a dog", "a dog that barks", "a dog *that *barks"],
    ["one two three", "three one two", "*three one two"],
    ["x", "x", "x"],
    ["x y", "z", "*z"],
  ])("of “%s” → “%s”", (before, now, expected) => expect(marked(before, now)).toBe(expected));

  test("are words whatever stands between them, and nothing is lost", () => {
    const text = " one,  two\n<b>three</b> ";
    const parts = wordsIn(text);
    expect(parts.map(({ word }) => word)).toEqual(["one,", "two", "<b>three</b>"]);
    expect(parts.map(({ before, word }) => before + word).join("")).toBe(text.trimEnd());
  });
});

/** Read what `compressed` wrote, by the book. */
function expanded(code: Uint8Array): number[] {
  let [held, count, at, size] = [0, 0, 0, 9];
  const read = (): number => {
    while (count < size) {
      held |= code[at++] << count;
      count += 8;
    }
    const value = held & ((1 << size) - 1);
    held >>= size;
    count -= size;
    return value;
  };
  let table: number[][] = [];
  const out: number[] = [];
  let last: number[] | null = null;
  for (;;) {
    const value = read();
    if (value === 257) return out;
    if (value === 256) {
      table = Array.from({ length: 258 }, (_, k) => [k]);
      size = 9;
      last = null;
      continue;
    }
    const entry: number[] = value < table.length ? table[value] : [...last!, last![0]];
    out.push(...entry);
    if (last && table.length < 4096) table.push([...last, entry[0]]);
    if (table.length === 1 << size && size < 12) size++;
    last = entry;
  }
}

describe("a moving picture", () => {
  const random = seeded(3);
  const noise = Uint8Array.from({ length: 60_000 }, () => Math.floor(256 * random()));
  const flat = new Uint8Array(50_000).fill(7);
  const stairs = Uint8Array.from({ length: 40_000 }, (_, i) => Math.floor(i / 300) % 256);

  test.each([["noise", noise], ["one colour", flat], ["stairs", stairs], ["one pixel", flat.slice(0, 1)]])(
    "keeps %s to the last pixel",
    (_, values) => {
      const found = expanded(compressed(values));
      expect(found.length).toBe(values.length);
      expect(found.every((value, i) => value === values[i])).toBe(true);
    },
  );

  const frame = (colour: readonly number[]): Frame => ({
    width: 3,
    height: 2,
    data: Uint8ClampedArray.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 255 : colour[i % 4])),
  });

  test("has a head, its size, a picture a frame, and an end", () => {
    const bytes = gif([frame([10, 10, 10]), frame([200, 200, 200])], 12);
    expect(String.fromCharCode(...bytes.slice(0, 6))).toBe("GIF89a");
    expect([...bytes.slice(6, 10)]).toEqual([3, 0, 2, 0]);
    expect(bytes.at(-1)).toBe(0x3b);
    const pictures = [...bytes].filter((byte, i) => byte === 0x2c && bytes[i + 5] === 3 && bytes[i + 7] === 2);
    expect(pictures.length).toBeGreaterThanOrEqual(2);
    expect([...bytes.slice(13 + 30, 13 + 33)]).toEqual([10, 10, 10]);
  });

  test("in colour has colours near the true ones", () => {
    const bytes = gif([frame([255, 0, 128])], 10);
    const table = bytes.slice(13, 13 + 768);
    const near = Array.from({ length: 256 }, (_, k) => [...table.slice(3 * k, 3 * k + 3)]).some(
      ([r, g, b]) => Math.abs(r - 255) < 30 && g < 30 && Math.abs(b - 128) < 30,
    );
    expect(near).toBe(true);
  });
});

describe("a route", () => {
  const of = (kind: RouteMeta["kind"], points: number[][], trust: number[]): Route =>
    new Route({
      kind,
      dim: points[0].length,
      z: toBase64(new Uint8Array(Float32Array.from(points.flat()).buffer)),
      trust,
    });

  test("between two ends is the line or the circle", () => {
    const ends = [[1, 0], [0, 3]];
    expect(of("straight", ends, [1, 1]).at(0.25)).toEqual([0.75, 0.75]);
    const [x, y] = of("circle", ends, [1, 1]).at(0.5);
    expect(x).toBeCloseTo(Math.SQRT2);
    expect(y).toBeCloseTo(Math.SQRT2);
  });

  test("that was drawn goes through each of its points, in order", () => {
    const points = [[0, 0], [1, 5], [1, -5], [4, 4], [0, 0]];
    const route = of("drawn", points, [1, 1]);
    points.forEach((point, k) => expect(route.at(k / 4)).toEqual(point));
    expect(route.at(0.375)).toEqual([1, 0]);
    expect(route.at(-1)).toEqual(points[0]);
    expect(route.at(2)).toEqual(points[4]);
  });

  test("knows how far each of its places can be trusted", () => {
    const route = of("drawn", [[0], [1]], [1, 0, 0.5]);
    expect([0, 0.25, 0.5, 1, 7].map((t) => route.trust(t))).toEqual([1, 0.5, 0, 0.5, 0.5]);
  });
});

describe("a path on the map", () => {
  test("is drawn in stretches that meet, the empty ones by themselves", () => {
    expect(stretches([1, 1, 0, 0, 1, 1], 0.15)).toEqual([[0, 1, false], [1, 4, true], [4, 5, false]]);
    expect(stretches([1, 1], 0.15)).toEqual([[0, 1, false]]);
    expect(stretches([0.1, 0.1, 0.1], 0.15)).toEqual([[0, 2, true]]);
  });

  test("drawn by hand keeps its ends however much it is thinned", () => {
    const line = Array.from({ length: 1000 }, (_, k) => k);
    const few = thinned(line, 128);
    expect(few.length).toBe(128);
    expect([few[0], few[127]]).toEqual([0, 999]);
    expect(few.every((value, k) => k === 0 || value > few[k - 1])).toBe(true);
    expect(thinned([3, 4], 128)).toEqual([3, 4]);
    expect(lengthOf([[0, 0], [3, 4], [3, 5]])).toBe(6);
  });
});
