import { describe, expect, test } from "vitest";
import { seen } from "../src/lens";
import { backToFront, scattered } from "../src/order";
import * as orbit from "../src/orbit";
import { seeded } from "./random";

const MIDDLE: orbit.Ball["middle"] = [0, 0, 0];
const BALL: orbit.Ball = { middle: MIDDLE, radius: 1.2, reach: 1.2, inset: { left: 60, right: 160, top: 10, bottom: 30 } };
const start = orbit.wholeOrbit(800, 500, BALL);
const close = (numbers: readonly number[], digits = 6) =>
  numbers.map((number) => expect.closeTo(number, digits));

describe("the lens of an orbit", () => {
  test("is the matrix that was computed by hand", () => {
    // Seen from the right (a quarter turn), three radii of 1 away, in a square window: to the right
    // is −w, up is v, and depth is 3 − u. f = 100 √8 / 2 pixels, so 2 f / 100 = √8 in clip space.
    const ball = { middle: MIDDLE, radius: 1, reach: 1, inset: { left: 0, right: 0, top: 0, bottom: 0 } };
    const side = { ...orbit.wholeOrbit(100, 100, ball), yaw: Math.PI / 2, pitch: 0 };
    const root = Math.sqrt(8);
    const { matrix, middle } = orbit.orbitLens(side, ball);
    // prettier-ignore
    expect(matrix).toEqual(close([
      0, 0, 0, -1,
      0, root, 0, 0,
      -root, 0, 0, 0,
      0, 0, 0, 3,
    ]));
    expect(middle).toBe(3);
  });

  test("shows the whole ball beside what covers the window, in any window", () => {
    const random = seeded(4);
    for (const [width, height] of [[1400, 700], [390, 700], [800, 500]]) {
      const lens = orbit.orbitLens(orbit.wholeOrbit(width, height, BALL), BALL);
      for (let round = 0; round < 300; round++) {
        const [a, b] = [2 * Math.PI * random(), Math.acos(2 * random() - 1)];
        const place = [Math.sin(b) * Math.cos(a), Math.cos(b), Math.sin(b) * Math.sin(a)];
        const [u, v, w] = place.map((part) => 1.2 * part);
        const [x, y] = seen(lens, u, v, w);
        expect(x).toBeGreaterThanOrEqual(59);
        expect(x).toBeLessThanOrEqual(width - 159);
        expect(y).toBeGreaterThanOrEqual(9);
        expect(y).toBeLessThanOrEqual(height - 29);
      }
    }
  });

  test("sees the target in the middle of what is free, wherever one looks from", () => {
    const turned = orbit.shiftedBy(orbit.turnedBy(start, 90, -40, BALL), 30, 70, BALL);
    const [x, y, near] = seen(orbit.orbitLens(turned, BALL), ...turned.target);
    expect([x, y, near]).toEqual(close([350, 240, 1]));
  });

  test("sees nothing behind the eye", () => {
    const into = orbit.nearedAt(start, 8, 350, 240, BALL);
    const { back } = orbit.axesOf(into);
    const [u, v, w] = back;
    expect(seen(orbit.orbitLens(into, BALL), u, v, w)[0]).toBeNaN();
    expect(seen(orbit.orbitLens(into, BALL), -u, -v, -w)[0]).not.toBeNaN();
  });
});

describe("moving around", () => {
  test("what is in front follows the hand", () => {
    const { back } = orbit.axesOf(start);
    const [u, v, w] = back;
    const before = seen(orbit.orbitLens(start, BALL), u, v, w);
    const after = seen(orbit.orbitLens(orbit.turnedBy(start, 12, 8, BALL), BALL), u, v, w);
    expect(after[0]).toBeGreaterThan(before[0] + 2);
    expect(after[1]).toBeGreaterThan(before[1] + 2);
    expect(before[2]).toBeGreaterThan(1);
  });

  test("the target's plane moves as far as the hand", () => {
    const moved = orbit.orbitLens(orbit.shiftedBy(start, 25, -15, BALL), BALL);
    const [x, y] = seen(moved, 0, 0, 0);
    expect([x, y]).toEqual(close([350 + 25, 240 - 15], 0));
  });

  test("going nearer keeps what is under the pointer there", () => {
    const { right, up } = orbit.axesOf(start);
    const [u, v, w] = right.map((part, k) => 0.3 * part - 0.2 * up[k]);
    const [x, y] = seen(orbit.orbitLens(start, BALL), u, v, w);
    const nearer = orbit.orbitLens(orbit.nearedAt(start, 2.5, x, y, BALL), BALL);
    expect(seen(nearer, u, v, w).slice(0, 2)).toEqual(close([x, y]));
  });

  test("never ends above the poles, or too near or far", () => {
    let now = start;
    for (let step = 0; step < 60; step++) now = orbit.turnedBy(now, 50, 50, BALL);
    expect(Math.abs(now.pitch)).toBeLessThan(Math.PI / 2);
    for (let step = 0; step < 60; step++) now = orbit.nearedAt(now, 2, 0, 0, BALL);
    expect(Math.hypot(...now.target)).toBeLessThanOrEqual(1.2 + 1e-9);
    expect(now.zoom).toBe(60);
  });

  test("two fingers that part draw nearer", () => {
    const pair = (half: number) => [[350 - half, 240], [350 + half, 240]] as const;
    expect(orbit.squeezed(start, pair(50), pair(100), BALL).zoom).toBeCloseTo(2);
  });

  test("an orbit that makes no sense shows everything", () => {
    const sense = { yaw: 1, pitch: 0.2, zoom: 2, target: [0, 0.1, 0] as const };
    expect(orbit.orbitOf(sense, 800, 500, BALL)).toMatchObject(sense);
    for (const change of [{ yaw: NaN }, { zoom: NaN }, { target: [0, 0] as never }]) {
      expect(orbit.orbitOf({ ...sense, ...change }, 800, 500, BALL)).toEqual(start);
    }
  });
});

test("points are drawn from the back to the front, and dimmed ones beneath all", () => {
  const random = seeded(8);
  const points = Float32Array.from({ length: 3 * 5_000 }, () => 2 * random() - 1);
  const { back } = orbit.axesOf(start);
  const depth = (i: number) => back.reduce((sum, part, k) => sum + part * points[3 * i + k], 0);
  const order = backToFront(points, back, (index) => index % 5 === 0);
  expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
  expect([...order.slice(0, 1_000)].every((index) => index % 5 === 0)).toBe(true);
  for (const part of [order.slice(0, 1_000), order.slice(1_000)]) {
    for (let k = 1; k < part.length; k++) {
      expect(depth(part[k])).toBeGreaterThan(depth(part[k - 1]) - 2e-4);
    }
  }
  expect(backToFront(points, back, () => false, Uint32Array.of(3, 9))).toHaveLength(2);
});

test("a part of the points is spread over all, and of fewer a part of those", () => {
  const [few, more] = [scattered(100_000, 20), scattered(100_000, 4)];
  expect(few.length).toBeGreaterThan(4_500);
  expect(few.length).toBeLessThan(5_500);
  const known = new Set(more);
  expect([...few].every((index) => known.has(index))).toBe(true);
  // Whatever repeats among the items, as classes in turn do, is kept in proportion.
  for (let rest = 0; rest < 12; rest++) {
    const share = few.filter((index) => index % 12 === rest).length / few.length;
    expect(Math.abs(share - 1 / 12)).toBeLessThan(0.01);
  }
});
