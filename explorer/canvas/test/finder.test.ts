import { describe, expect, test } from "vitest";
import { seen } from "../src/lens";
import { DeepFinder } from "../src/map/finder";
import { axesOf, orbitLens, wholeOrbit } from "../src/orbit";
import { Scene } from "../src/scales";
import { seeded } from "./random";
import { contains } from "../src/grid";

const orbit = wholeOrbit(600, 400, { middle: [0, 0, 0] });
const all = (): boolean => true;

function finderOf(numbers: ArrayLike<number>) {
  const scene = Scene.of(Float32Array.from(numbers), 3);
  const inset = { left: 0, right: 0, top: 0, bottom: 0 };
  const lens = orbitLens(orbit, { ...scene.bulk, reach: scene.radius, inset });
  return { scene, lens, finder: new DeepFinder(scene, lens) };
}

describe("in space", () => {
  const random = seeded(2);
  const { scene, lens, finder } = finderOf(Array.from({ length: 9_000 }, () => 2 * random() - 1));
  const places = Array.from({ length: scene.count }, (_, i) => seen(lens, ...scene.at(i)));

  test("a lasso holds what is seen within it", () => {
    const polygon = [100, 60, 480, 90, 300, 330, 260, 200];
    const inside = places.flatMap(([x, y], i) => (contains(polygon, x, y) ? [i] : []));
    expect([...finder.within(polygon, all)]).toEqual(inside);
    expect([...finder.within(polygon, (i) => i % 2 === 0)]).toEqual(inside.filter((i) => i % 2 === 0));
  });

  test("no other point is nearer to the pointer, unless one in front is as good as there", () => {
    for (const [x, y] of [[300, 200], [200, 150], [410, 260]]) {
      const found = finder.at(x, y, 12, all);
      const off = (i: number) => Math.hypot(places[i][0] - x, places[i][1] - y);
      const nearest = Math.min(...places.map((_, i) => off(i)));
      expect(off(found)).toBeLessThanOrEqual(Math.max(nearest, 5) + 1e-3);
      for (let i = 0; i < scene.count; i++) {
        if (off(i) < 5) expect(places[i][2]).toBeLessThanOrEqual(places[found][2]);
      }
    }
    expect(finder.at(2, 2, 3, all)).toBe(-1);
  });
});

test("of two points behind each other the one in front is meant", () => {
  const [u, v, w] = axesOf(orbit).back;
  const { finder } = finderOf([-u, -v, -w, u, v, w]);
  expect(finder.at(300, 200, 12, all)).toBe(1);
  expect(finder.at(300, 200, 12, (index) => index === 0)).toBe(0);
  expect(finder.any((index) => index === 0)).toBe(true);
  expect(finder.any(() => false)).toBe(false);
});
