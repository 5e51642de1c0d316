import { describe, expect, test } from "vitest";
import { besides } from "../src/map/cards";
import { pointOpacity, pointSize } from "../src/map/renderer";
import { merged } from "../src/map/select";
import { along, endsOf } from "../src/map/way";

describe("a card beside a place", () => {
  const room = { width: 400, height: 300 };
  const card = { width: 150, height: 120 };
  const places = [[0, 0], [400, 0], [0, 300], [400, 300], [200, 150], [390, 20]];

  test.each(places)("at %i, %i is inside the window and off the place", (x, y) => {
    const [left, top] = besides(x, y, card, room, false);
    expect(left).toBeGreaterThanOrEqual(8);
    expect(top).toBeGreaterThanOrEqual(8);
    expect(left + 150).toBeLessThanOrEqual(392);
    expect(top + 120).toBeLessThanOrEqual(292);
    const covers = x > left && x < left + 150 && y > top && y < top + 120;
    expect(covers).toBe(false);
  });

  test("is above a finger, and below it only where there is no room", () => {
    expect(besides(200, 250, card, room, true)[1]).toBeLessThan(250 - 120);
    expect(besides(200, 40, card, room, true)[1]).toBeGreaterThan(40);
  });
});

describe("points", () => {
  test("are smaller and fainter the more there are, and never invisible", () => {
    const counts = [1, 500, 5_000, 50_000, 500_000, 5_000_000];
    const sizes = counts.map((count) => pointSize(count, 1));
    const opacities = counts.map((count, k) => pointOpacity(count, sizes[k], 1e6));
    expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
    expect([...opacities].sort((a, b) => b - a)).toEqual(opacities);
    expect(Math.min(...opacities)).toBeGreaterThanOrEqual(0.1);
  });

  test("grow as one zooms in, up to a size", () => {
    expect(pointSize(5_000, 10)).toBeGreaterThan(pointSize(5_000, 1));
    expect(pointSize(1, 400)).toBeLessThanOrEqual(14);
    expect(pointSize(5_000, 0.5)).toBe(pointSize(5_000, 1));
  });
});

test("two selections become one, each item once and in order", () => {
  const one = Uint32Array.of(1, 4, 5, 9);
  expect([...merged(one, Uint32Array.of(0, 4, 6, 12))]).toEqual([0, 1, 4, 5, 6, 9, 12]);
  expect([...merged(one, new Uint32Array(0))]).toEqual([...one]);
  expect([...merged(new Uint32Array(0), one)]).toEqual([...one]);
});

test("a place on a line of places is between its neighbours, and its ends are the line's", () => {
  const places = [[0, 0], [10, 0], [10, 20]] as const;
  expect(along(places, 0)).toEqual([0, 0]);
  expect(along(places, 0.25)).toEqual([5, 0]);
  expect(along(places, 0.75)).toEqual([10, 10]);
  expect(along(places, 1)).toEqual([10, 20]);
  expect(along(places, 7)).toEqual([10, 20]);
});

test.each([
  [[100, 100], [300, 200]],
  [[100, 100], [110, 108]],
  [[100, 108], [90, 100]],
] as const)("the ends of a path at %j and %j are named beside their dots, not over each other", (start, end) => {
  const ends = endsOf([start, [150, 150], end]);
  for (const { spot, box, below } of ends) {
    const [top, bottom] = [box.y - box.height / 2, box.y + box.height / 2];
    expect([spot[1] - top, bottom - spot[1]]).toEqual(below ? [8, 25] : [25, 8]);
  }
  const words = ends.map(({ spot, below }) => ({ x: spot[0], y: spot[1] + (below ? 17 : -17) }));
  const apart = Math.abs(words[0].x - words[1].x) >= 38 || Math.abs(words[0].y - words[1].y) >= 16;
  expect(apart).toBe(true);
});
