import { describe, expect, test } from "vitest";
import type { Context } from "../src/map/context";
import { drawEllipses, shapeOf } from "../src/map/ellipses";
import { inkAt, shareAt } from "../src/map/holes";
import { Scene } from "../src/scales";
import { faintness, hint } from "../src/words/words";
import { seeded } from "./random";

describe("the ellipse of a covariance", () => {
  test("along the axes has the deviations as half axes", () => {
    expect(shapeOf([4, 0, 1])).toEqual({ long: 2, short: 1, angle: 0 });
    const { long, short, angle } = shapeOf([1, 0, 9]);
    expect([long, short]).toEqual([3, 1]);
    expect(Math.abs(angle)).toBeCloseTo(Math.PI / 2);
  });

  test("is a circle where all ways are alike, and a line where there is one", () => {
    expect(shapeOf([2, 0, 2])).toEqual({ long: Math.SQRT2, short: Math.SQRT2, angle: 0 });
    expect(shapeOf([4, 0, 0])).toEqual({ long: 2, short: 0, angle: 0 });
    expect(shapeOf([0, 0, 0])).toEqual({ long: 0, short: 0, angle: 0 });
  });

  test("is that of the covariance again: R diag(a², b²) Rᵀ", () => {
    const random = seeded(5);
    for (let trial = 0; trial < 50; trial++) {
      const [a, b, c, d] = [random(), random(), random(), random()];
      const covariance = [a * a + b * b, a * c + b * d, c * c + d * d] as const;
      const { long, short, angle } = shapeOf([...covariance]);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      expect(long ** 2 * cos ** 2 + short ** 2 * sin ** 2).toBeCloseTo(covariance[0], 9);
      expect((long ** 2 - short ** 2) * cos * sin).toBeCloseTo(covariance[1], 9);
      expect(long ** 2 * sin ** 2 + short ** 2 * cos ** 2).toBeCloseTo(covariance[2], 9);
    }
  });
});

/** A context that notes what is drawn on a map of a scene, whose middle is at (100, 100). */
function drawnOn(scene: Scene, scale: number): { context: Context; calls: number[][]; pen: CanvasRenderingContext2D } {
  const calls: number[][] = [];
  const context = {
    model: { scene },
    stage: { view: { scale }, seen: (u: number, v: number) => [100 + scale * u, 100 - scale * v] },
    theme: () => ({ text: "#111111", accent: "#5847d6", background: "#ffffff" }),
  } as unknown as Context;
  const nothing = (): void => undefined;
  const pen = { beginPath: nothing, fill: nothing, stroke: nothing, ellipse: (...given: number[]) => calls.push(given) };
  return { context, calls, pen: pen as unknown as CanvasRenderingContext2D };
}

test("ellipses lie at their places in the measure of the map, the marked one last", () => {
  const scene = Scene.of(Float32Array.of(-10, -10, 10, 10)); // half a side is 10
  const { context, calls, pen } = drawnOn(scene, 50);
  drawEllipses(pen, context, { at: [[0, 0], [10, -10]], spread: [[16, 0, 4], [4, 3, 4]], marked: 0 }, 1);
  const [other, ...marked] = calls;
  expect(other.slice(0, 2)).toEqual([150, 150]);
  expect(other[2]).toBeCloseTo(5 * Math.sqrt(7));
  expect(other[3]).toBeCloseTo(5);
  // What rises to the right on the map does so on the screen, where y goes down.
  expect(other[4]).toBeCloseTo(-Math.PI / 4);
  for (const call of marked) expect(call.slice(0, 4)).toEqual([100, 100, 20, 10]);
});

test("an ellipse that is thinner than a line is still to be seen", () => {
  const { context, calls, pen } = drawnOn(Scene.of(Float32Array.of(-1, -1, 1, 1)), 50);
  drawEllipses(pen, context, { at: [[0, 0]], spread: [[1, 0, 0]], marked: -1 }, 1);
  expect(calls[0][3]).toBeGreaterThan(0.5);
});

describe("the shade of holes", () => {
  const shares = Uint8Array.of(0, 255, 0, 255); // two rows: empty on the left, full on the right

  test("is its cells in their middles, even between them, and flat beyond", () => {
    expect(shareAt(shares, 2, 2, 0.25, 0.25)).toBe(0);
    expect(shareAt(shares, 2, 2, 0.75, 0.75)).toBe(1);
    expect(shareAt(shares, 2, 2, 0.5, 0.5)).toBeCloseTo(0.5);
    expect(shareAt(shares, 2, 2, 0, 0)).toBe(0);
    expect(shareAt(shares, 2, 2, 1, 1)).toBe(1);
  });

  test("is not inked where there is none, and hatched where there is", () => {
    expect(inkAt(3, 4, 0)).toBe(0);
    const inks = Array.from({ length: 24 }, (_, x) => inkAt(x, 0, 1));
    expect(new Set(inks).size).toBe(2);
    expect(inkAt(0, 0, 1)).toBeGreaterThan(inkAt(0, 0, 0.5));
  });
});

test("words are fainter the less sure the model was, and say what became of them", () => {
  expect([faintness(null), faintness(1), faintness(0), faintness(0.5)]).toEqual(["1", "1.00", "0.50", "0.75"]);
  expect(hint({ text: "a", change: "added", p: 0.456 })).toBe("added, probability 0.46");
  expect(hint({ text: "a", change: "missing", p: null })).toBe("missing");
  expect(hint({ text: "a", change: "", p: 0.001 })).toBe("probability below 0.01");
});
