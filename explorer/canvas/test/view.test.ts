import { describe, expect, test } from "vitest";
import { flatLens, seen } from "../src/lens";
import * as view from "../src/view";
import { seeded } from "./random";

const INSET = { left: 60, right: 200, top: 10, bottom: 40 };
const EXTENT: view.Frame = { ...view.FULL, extent: [1, 0.6] };
const start = view.viewOf({ zoom: 3, u: 0.2, v: -0.1 }, 800, 500, EXTENT);

test("the whole map fits, with room around it, in any window", () => {
  for (const [width, height] of [[1400, 700], [350, 700], [300, 300], [1, 1]]) {
    const whole = view.wholeView(width, height, EXTENT);
    for (const [u, v] of [[1, 0.6], [-1, -0.6]]) {
      const [x, y] = view.toScreen(whole, u, v);
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height);
    }
    expect(view.zoomOf(whole, EXTENT)).toBeCloseTo(1);
  }
});

test("the whole map lies beside what covers the window", () => {
  const whole = view.wholeView(1000, 600, { extent: [1, 0.6], inset: INSET });
  const [left, top] = view.toScreen(whole, -1, 0.6);
  const [right, bottom] = view.toScreen(whole, 1, -0.6);
  expect(left).toBeGreaterThan(60);
  expect(right).toBeLessThan(800);
  expect(top).toBeGreaterThan(10);
  expect(bottom).toBeLessThan(560);
  expect(left - 60).toBeCloseTo(800 - right);
  expect(view.kept(whole, { extent: [1, 0.6], inset: INSET })).toEqual(whole);
});

describe("nearly all of a map with a few far points", () => {
  const bulk = { middle: [0.3, -0.2, 0], radius: 0.25 };

  test("fills the window, beside what covers it", () => {
    const frame: view.Frame = { extent: [1, 0.6], inset: INSET };
    const most = view.mostView(1000, 600, frame, bulk);
    expect(view.zoomOf(most, frame)).toBeGreaterThan(2);
    for (const [across, up] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const [x, y] = view.toScreen(most, 0.3 + 0.25 * across, -0.2 + 0.25 * up);
      expect(x).toBeGreaterThan(60);
      expect(x).toBeLessThan(800);
      expect(y).toBeGreaterThan(10);
      expect(y).toBeLessThan(560);
    }
  });

  test("is the whole map where hardly anything lies further out", () => {
    const whole = view.wholeView(800, 500, EXTENT);
    expect(view.mostView(800, 500, EXTENT, { middle: [0, 0, 0], radius: 1.2 })).toEqual(whole);
    expect(view.mostView(800, 500, EXTENT, { middle: [0.1, 0, 0], radius: 0.5 })).toEqual(whole);
  });
});

test("screen and square are each other's inverse, and up is up", () => {
  const random = seeded();
  for (let round = 0; round < 50; round++) {
    const [x, y] = [800 * random(), 500 * random()];
    const [u, v] = view.toUnit(start, x, y);
    const [x2, y2] = view.toScreen(start, u, v);
    expect(x2).toBeCloseTo(x);
    expect(y2).toBeCloseTo(y);
  }
  expect(view.toScreen(start, 0, 0.5)[1]).toBeLessThan(view.toScreen(start, 0, -0.5)[1]);
});

test("what is under the pointer stays there while one zooms", () => {
  const before = view.toUnit(start, 300, 200);
  const zoomed = view.zoomedAt(start, 300, 200, 1.7, EXTENT);
  const after = view.toUnit(zoomed, 300, 200);
  expect(after[0]).toBeCloseTo(before[0]);
  expect(after[1]).toBeCloseTo(before[1]);
  expect(view.zoomOf(zoomed, EXTENT)).toBeCloseTo(5.1);
});

test("a dragged map follows the pointer", () => {
  const before = view.toUnit(start, 100, 100);
  const after = view.toUnit(view.pannedBy(start, 30, -20, EXTENT), 130, 80);
  expect(after[0]).toBeCloseTo(before[0]);
  expect(after[1]).toBeCloseTo(before[1]);
});

test("two fingers keep what is under them", () => {
  const from = [[300, 200], [400, 260]] as const;
  const to = [[280, 190], [440, 286]] as const;
  const now = view.pinched(start, from, to, EXTENT);
  const [x, y] = view.toScreen(now, ...view.toUnit(start, 350, 230));
  expect(x).toBeCloseTo(360);
  expect(y).toBeCloseTo(238);
  expect(now.scale / start.scale).toBeCloseTo(1.6);
});

describe("however far one goes", () => {
  test("the zoom has ends", () => {
    let now = start;
    for (let step = 0; step < 100; step++) now = view.zoomedAt(now, 10, 10, 2, EXTENT);
    expect(view.zoomOf(now, EXTENT)).toBeCloseTo(400);
    for (let step = 0; step < 100; step++) now = view.zoomedAt(now, 10, 10, 0.5, EXTENT);
    expect(view.zoomOf(now, EXTENT)).toBeCloseTo(0.5);
  });

  test("some of the map stays in the window", () => {
    const far = view.pannedBy(start, 1e6, -1e6, EXTENT);
    const [x, y] = view.toScreen(far, -1, -0.6);
    expect(x).toBeLessThanOrEqual(800);
    expect(y).toBeGreaterThanOrEqual(0);
  });
});

test("another size of the window keeps the middle and the zoom", () => {
  const small = view.resized(start, 390, 500, EXTENT);
  expect([small.u, small.v]).toEqual([start.u, start.v]);
  expect(view.zoomOf(small, EXTENT)).toBeCloseTo(3);
});

test.each([
  { zoom: NaN, u: 0, v: 0 },
  { zoom: -1, u: 0, v: 0 },
  { zoom: 2, u: Infinity, v: 0 },
])("a camera that makes no sense shows everything: %j", (camera) => {
  expect(view.viewOf(camera, 800, 500, EXTENT)).toEqual(view.wholeView(800, 500, EXTENT));
});

test("a shifted picture lies where a new one would", () => {
  const now = view.zoomedAt(view.pannedBy(start, 40, 15, EXTENT), 700, 60, 1.4, EXTENT);
  const { x, y, scale } = view.shift(start, now);
  const [x0, y0] = view.toScreen(start, 0.3, 0.4);
  const [x1, y1] = view.toScreen(now, 0.3, 0.4);
  expect(x + scale * x0).toBeCloseTo(x1);
  expect(y + scale * y0).toBeCloseTo(y1);
});

test("a flat map is seen through its lens where the view says", () => {
  const [x, y, near] = seen(flatLens(start), 0.33, -0.21);
  expect([x, y]).toEqual(view.toScreen(start, 0.33, -0.21).map((at) => expect.closeTo(at, 6)));
  expect(near).toBe(1);
});
