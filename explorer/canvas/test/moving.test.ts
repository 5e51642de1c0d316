import { describe, expect, test } from "vitest";
import { ABSENT, flatLens, seen } from "../src/lens";
import { caught, DURATION, eased, Followed, mixed, Moving } from "../src/moving";
import { nearedAt, orbitLens, wholeOrbit } from "../src/orbit";
import { Scene } from "../src/scales";
import { wholeView } from "../src/view";
import { seeded } from "./random";

const lens = flatLens(wholeView(400, 200));
const one = Scene.of(Float32Array.of(-1, 0, 1, 0, NaN, 0, 0, 1));
const other = Scene.of(Float32Array.of(1, 0, -1, 0, 0, -1, NaN, NaN));
const atOf = (scene: Scene, index: number) => seen(lens, ...scene.at(index));

test("the way is slow at its ends, and half over in its middle", () => {
  expect([eased(-1), eased(0), eased(0.5), eased(1), eased(2)]).toEqual([0, 0, 0.5, 1, 1]);
  expect(eased(0.1)).toBeLessThan(0.01);
  for (let t = 0; t < 1; t += 0.05) expect(eased(t + 0.05)).toBeGreaterThan(eased(t));
});

test("time runs from the first step on", () => {
  const moving = new Moving(new Float32Array(0));
  expect(moving.share(1e6)).toBe(0);
  moving.begin(1_000);
  moving.begin(5_000);
  expect(moving.share(1_000 + DURATION / 2)).toBe(0.5);
});

describe("from map to map", () => {
  const moving = new Moving(caught(one, lens, null, 0), 1_000);

  test("points begin where they were seen and end where they are to be seen", () => {
    for (const index of [0, 1]) {
      expect(moving.start(index, lens)).toEqual(atOf(one, index).map((at) => expect.closeTo(at, 3)));
      expect(mixed(moving.start(index, lens), atOf(other, index), 1)).toEqual(atOf(other, index));
    }
    expect([moving.share(1_000), moving.share(1_000 + DURATION)]).toEqual([0, 1]);
  });

  test("half the way is the middle", () => {
    const half = mixed(moving.start(0, lens), atOf(other, 0), moving.share(1_000 + DURATION / 2));
    expect(half[0]).toBeCloseTo(200, 3);
  });

  test("a point that lay nowhere is where it comes to, and one that goes nowhere stays", () => {
    expect(moving.from[6]).toBe(ABSENT);
    expect(mixed(moving.start(2, lens), atOf(other, 2), 0.3)).toEqual(atOf(other, 2));
    expect(mixed(moving.start(3, lens), atOf(other, 3), 0.3)[1]).toBeCloseTo(atOf(one, 3)[1], 3);
  });

  test("a way that is broken off begins where points have come to", () => {
    const now = 1_000 + 0.4 * DURATION;
    const next = new Moving(caught(other, lens, moving, now), now);
    const here = mixed(moving.start(0, lens), atOf(other, 0), moving.share(now));
    expect(next.start(0, lens)).toEqual(here.map((at) => expect.closeTo(at, 3)));
  });

  test("into space, and in another window, they begin where they were seen too", () => {
    const space = Scene.of(Float32Array.of(0, 0, 0, 1, 1, 1), 3);
    const deep = orbitLens(wholeOrbit(400, 200, space.bulk), { ...space.bulk, reach: space.radius, inset: { left: 0, right: 0, top: 0, bottom: 0 } });
    const flattened = new Moving(caught(space, deep, null, 0), 0);
    expect(flattened.start(1, deep)).toEqual(seen(deep, ...space.at(1)).map((at) => expect.closeTo(at, 3)));
    const [x, y] = flattened.start(1, lens);
    const wide = { ...lens, width: 800 };
    expect(flattened.start(1, wide).slice(0, 2)).toEqual([expect.closeTo(2 * x, 3), expect.closeTo(y, 3)]);
  });
});

test("a mark comes from where it was drawn last; a new one is where it belongs", () => {
  const followed = new Followed();
  followed.at("a", [0, 0, 1], 1);
  followed.begin();
  expect(followed.at("a", [100, 50, 1], 0.5)).toEqual([50, 25, 1]);
  expect(followed.at("b", [100, 50, 1], 0.5)).toEqual([100, 50, 1]);
  // Broken off there.
  followed.begin();
  expect(followed.at("a", [50, 75, 1], 0)).toEqual([50, 25, 1]);
  expect(followed.at("a", [50, 75, 1], 1)).toEqual([50, 75, 1]);
});

test("points in space fill the cube, and know how far out they are", () => {
  const scene = Scene.of(Float32Array.of(0, 0, 0, 4, 2, 2, NaN, 1, 1), 3);
  expect(scene.at(0)).toEqual([-1, -0.5, -0.5]);
  expect(scene.at(1)).toEqual([1, 0.5, 0.5]);
  expect(scene.at(2)).toEqual([NaN, NaN, NaN]);
  expect(scene.extent).toEqual([1, 0.5, 0.5]);
  expect(scene.radius).toBeCloseTo(Math.sqrt(1.5));
  expect(scene.toUnit(4, 2, 2)).toEqual([1, 0.5, 0.5]);
  expect(scene.toData(1, 0.5)).toEqual([4, 2]);
});

test("a few far points leave the others their room, and can be gone back to", () => {
  const random = seeded(8);
  const round = Array.from({ length: 3000 }, () => 10 + random());
  expect(Scene.of(Float32Array.from(round), 3).bulk).toEqual({
    middle: [0, 0, 0],
    radius: Scene.of(Float32Array.from(round), 3).radius,
  });
  const far = Scene.of(Float32Array.from([...round, 90, 10, 10, NaN, NaN, NaN, 10, -70, 10]), 3);
  const [middle] = [far.toUnit(10.5, 10.5, 10.5)];
  far.bulk.middle.forEach((at, k) => expect(at).toBeCloseTo(middle[k], 1));
  const corner = Math.hypot(...far.toUnit(11, 11, 11).map((at, k) => at - middle[k]));
  expect(far.bulk.radius).toBeGreaterThan(corner * 0.9);
  expect(far.bulk.radius).toBeLessThan(corner * 1.5);
  const ball = { ...far.bulk, reach: far.radius, inset: { left: 0, right: 0, top: 0, bottom: 0 } };
  let orbit = wholeOrbit(400, 200, ball);
  for (let step = 0; step < 20; step++) orbit = nearedAt(orbit, 0.5, 200, 100, ball);
  for (const index of [1000, 1002]) {
    const [x, y] = seen(orbitLens(orbit, ball), ...far.at(index));
    expect([x >= 0, y >= 0, x <= 400, y <= 200]).toEqual([true, true, true, true]);
  }
});

test("without points there is a ball all the same", () => {
  expect(Scene.of(Float32Array.of(NaN, 1, 1), 3).bulk.radius).toBeGreaterThan(0);
  expect(Scene.of(new Float32Array(0), 3).bulk.radius).toBeGreaterThan(0);
  expect(Scene.of(Float32Array.of(1, 1, 1, 1, 1, 1), 3).bulk.radius).toBeGreaterThan(0);
});
