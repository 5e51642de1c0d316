import { describe, expect, test } from "vitest";
import type { Dimension } from "../src/desk/meta";
import { within } from "../src/desk/row";
import { gridPoints } from "../src/desk/sheet";
import { outline } from "../src/desk/spread";
import { stops } from "../src/desk/strip";
import { normal, sample, step } from "../src/desk/walk";
import { seeded } from "./random";

const dimension = (index: number, low: number, high: number): Dimension => ({
  index, low, high, name: `z${index + 1}`, usage: "used", help: "", spread: [],
}); // prettier-ignore
const moments = (values: number[]): [number, number] => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
};

test("samples are as the prior expects them, times the temperature", () => {
  const random = seeded(5);
  const drawn = Array.from({ length: 20_000 }, () => normal(random));
  const [mean, variance] = moments(drawn);
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  expect(drawn.every(Number.isFinite)).toBe(true);
  expect(sample([1, 2, 3], new Set(), 0, random).every((value) => value === 0)).toBe(true);
});

test("a walk stays where samples come from, however long it goes on", () => {
  const random = seeded(6);
  let z = [40, -40];
  const seen: number[] = [];
  for (let k = 0; k < 30_000; k++) {
    z = step(z, new Set(), 0.8, 0.05, random);
    if (k > 1_000) seen.push(z[0]);
  }
  const [mean, variance] = moments(seen);
  expect(Math.abs(mean)).toBeLessThan(0.2);
  expect(Math.abs(variance - 0.64)).toBeLessThan(0.12);
});

test("what is locked stays", () => {
  const random = seeded(7);
  const locked = new Set([1]);
  expect(sample([1, 2, 3], locked, 1, random)[1]).toBe(2);
  expect(step([1, 2, 3], locked, 1, 0.05, random)[1]).toBe(2);
});

test("the filmstrip goes from one end to the other", () => {
  expect(stops(dimension(0, -2, 2), 5)).toEqual([-2, -1, 0, 1, 2]);
});

describe("the grid of two dimensions", () => {
  const points = gridPoints([9, 9, 9], dimension(0, 0, 4), dimension(2, -1, 1), 4);

  test("has its first picture at the top left: lowest across, highest upwards", () => {
    expect(points).toHaveLength(16);
    expect(points[0]).toEqual([0.5, 9, 0.75]);
    expect(points[3]).toEqual([3.5, 9, 0.75]);
    expect(points[15]).toEqual([3.5, 9, -0.75]);
  });

  test("leaves all other dimensions as they are", () => {
    expect(points.every((point) => point[1] === 9)).toBe(true);
  });
});

test("a spread is as high as its fullest part, and flat where there is nothing", () => {
  expect(outline([0, 50, 100], 30, 10)).toEqual([[0, 10], [5, 10], [15, 5], [25, 0], [30, 10]]);
  expect(outline([0, 0], 20, 10).every(([, y]) => y === 10)).toBe(true);
});

test("a typed number stays within reach of the slider", () => {
  expect(within(1e9, -3, 3)).toBe(9);
  expect(within(-99_999, -3, 3)).toBe(-9);
  for (const value of [-8.5, -3, 0, 2.25, 9]) expect(within(value, -3, 3)).toBe(value);
});
