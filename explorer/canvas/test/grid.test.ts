import { describe, expect, test } from "vitest";
import { contains, Grid } from "../src/grid";
import { randomPoints, seeded } from "./random";

const bruteNearest = (points: Float32Array, u: number, v: number, radius: number): number => {
  let [best, closest] = [-1, radius * radius];
  for (let i = 0; i < points.length / 2; i++) {
    const distance = (points[2 * i] - u) ** 2 + (points[2 * i + 1] - v) ** 2;
    if (distance < closest) [best, closest] = [i, distance];
  }
  return best;
};

const boxOf = (left: number, bottom: number, right: number, top: number) =>
  [left, bottom, right, bottom, right, top, left, top];

const indicesWhere = (points: Float32Array, accept: (u: number, v: number) => boolean) =>
  Array.from({ length: points.length / 2 }, (_, i) => i).filter((i) =>
    accept(points[2 * i], points[2 * i + 1]),
  );

describe("the nearest point", () => {
  test.each([1, 7, 500, 20_000])("of %i is the one that a search of all finds", (count) => {
    const points = randomPoints(count);
    const grid = new Grid(points);
    const random = seeded(9);
    for (let round = 0; round < 200; round++) {
      const [u, v, radius] = [2.4 * random() - 1.2, 2.4 * random() - 1.2, random()];
      expect(grid.nearest(u, v, radius)).toBe(bruteNearest(points, u, v, radius));
    }
  });

  test("is found on the very border of the square", () => {
    const grid = new Grid(Float32Array.of(1, 1, -1, -1, 1, -1));
    expect(grid.nearest(1, 1, 0.01)).toBe(0);
    expect(grid.nearest(-1, -1, 0.01)).toBe(1);
  });

  test("leaves out what is hidden", () => {
    const grid = new Grid(Float32Array.of(0, 0, 0.1, 0));
    expect(grid.nearest(0, 0, 1, (index) => index !== 0)).toBe(1);
    expect(grid.nearest(0, 0, 1, () => false)).toBe(-1);
  });

  test("is none where there is none", () => {
    expect(new Grid(new Float32Array(0)).nearest(0, 0, 5)).toBe(-1);
    expect(new Grid(Float32Array.of(0.5, 0.5)).nearest(0, 0, 0.1)).toBe(-1);
  });

  test("is never one that lies nowhere", () => {
    const grid = new Grid(Float32Array.of(NaN, 0, 0.5, NaN, 0.2, 0.2));
    expect(grid.nearest(0, 0, 9)).toBe(2);
    expect([...grid.inPolygon(boxOf(-1, -1, 1, 1))]).toEqual([2]);
  });
});

describe("a lasso", () => {
  const star = Array.from({ length: 22 }, (_, k) => {
    const radius = k % 4 < 2 ? 0.9 : 0.35;
    const angle = (Math.PI * Math.floor(k / 2)) / 5.5;
    return k % 2 ? radius * Math.sin(angle) : radius * Math.cos(angle);
  });
  const bow = [-0.8, -0.8, 0.8, 0.8, 0.8, -0.8, -0.8, 0.8];
  const square = [-0.5, -0.25, 0.5, -0.25, 0.5, 0.75, -0.5, 0.75];
  const sliver = [-0.9, 0, 0.9, 0.001, 0.9, 0.003];

  test.each([
    ["star", star],
    ["bow that crosses itself", bow],
    ["square", square],
    ["sliver", sliver],
    ["triangle beyond the map", [-3, -3, 3, -3, 0, 3]],
  ])("like a %s holds what a test of every point says", (_, polygon) => {
    for (const count of [3, 40, 30_000]) {
      const points = randomPoints(count, count);
      const found = [...new Grid(points).inPolygon(polygon)];
      expect(found).toEqual(indicesWhere(points, (u, v) => contains(polygon, u, v)));
    }
  });

  test("that is no area holds nothing", () => {
    const grid = new Grid(randomPoints(100));
    expect(grid.inPolygon([])).toHaveLength(0);
    expect(grid.inPolygon([0, 0, 1, 1])).toHaveLength(0);
  });

  test("holds only what is accepted", () => {
    const grid = new Grid(randomPoints(1000));
    const all = [...grid.inPolygon(square)];
    const even = [...grid.inPolygon(square, (index) => index % 2 === 0)];
    expect(even).toEqual(all.filter((index) => index % 2 === 0));
  });
});

test("a box holds what lies between its sides", () => {
  const points = randomPoints(5000, 4);
  const found = [...new Grid(points).inPolygon(boxOf(-0.3, 0.1, 0.4, 0.9))];
  expect(found).toEqual(
    indicesWhere(points, (u, v) => u >= -0.3 && u <= 0.4 && v >= 0.1 && v <= 0.9),
  );
});

test("the count in a rectangle is at least what lies in it, and close", () => {
  const points = randomPoints(50_000, 5);
  const exact = indicesWhere(points, (u, v) => Math.abs(u) < 0.5 && Math.abs(v) < 0.5).length;
  const count = new Grid(points).countIn(-0.5, -0.5, 0.5, 0.5);
  expect(count).toBeGreaterThanOrEqual(exact);
  expect(count).toBeLessThan(1.1 * exact);
});

test("five million points on one spot are one cell, not a failure", () => {
  const grid = new Grid(new Float32Array(10_000_000));
  expect(grid.nearest(0, 0, 0.1)).toBe(0);
  expect(grid.inPolygon(boxOf(-1, -1, 1, 1))).toHaveLength(5_000_000);
});

test("whether anything lies in a rectangle is known to the point, on the map and beside it", () => {
  const points = randomPoints(300, 6);
  const grid = new Grid(points);
  const random = seeded(7);
  const seen = new Set<boolean>();
  for (let k = 0; k < 500; k++) {
    const [left, bottom, side] = [2.4 * random() - 1.2, 2.4 * random() - 1.2, 0.1 * random()];
    const even = (index: number): boolean => index % 2 === 0;
    const inside = grid.inPolygon(boxOf(left, bottom, left + side, bottom + side), even).length > 0;
    expect(grid.anyIn(left, bottom, left + side, bottom + side, even)).toBe(inside);
    seen.add(inside);
  }
  expect(seen.size).toBe(2);
});
