import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeRanges, encodeRanges, fromBase64, toBase64 } from "../src/ranges";

interface Vector {
  indices: number[];
  base64: string;
}

// Python's twin is tested against the same file.
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL("./ranges.json", import.meta.url), "utf-8"),
);
const LIMIT = 5_000_000;

describe("the agreed vectors", () => {
  test.each(vectors)("$base64", ({ indices, base64 }) => {
    expect(toBase64(encodeRanges(indices))).toBe(base64);
    expect([...decodeRanges(fromBase64(base64), LIMIT)]).toEqual(indices);
  });
});

test("any set of indices comes back", () => {
  let seed = 1;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (const share of [0.001, 0.3, 0.9]) {
    const indices = Array.from({ length: 60_000 }, (_, i) => i).filter(() => random() < share);
    const bytes = encodeRanges(indices);
    expect([...decodeRanges(fromBase64(toBase64(bytes)), 60_000)]).toEqual(indices);
    expect(bytes.length).toBeLessThan(Math.min(2 * 60_000, 3 * indices.length) + 8);
  }
});

test.each([[[3, 3]], [[5, 4]], [[-1]], [[1.5]]])("%j is no set of rising indices", (indices) => {
  expect(() => encodeRanges(indices)).toThrow(RangeError);
});

test.each([
  ["half a pair", [3]],
  ["half a number", [128]],
  ["beyond the last point", [9, 1]],
  ["far beyond", [255, 255, 255, 255, 255, 255, 255, 127, 0]],
])("%s is refused", (_, bytes) => {
  expect(() => decodeRanges(Uint8Array.from(bytes), 10)).toThrow(RangeError);
});
