import { describe, expect, test } from "vitest";
import { densityOf } from "../src/density";
import { anchorsOf, ASIDE, leaderOf, placed } from "../src/labels";
import * as palettes from "../src/palettes";
import { Scene, shortNumber } from "../src/scales";
import { randomPoints, seeded } from "./random";

describe("points in the square", () => {
  test("keep their proportions and fill the longer side", () => {
    const scene = Scene.of(Float32Array.of(10, 100, 30, 100, 20, 105));
    expect([...scene.points]).toEqual([-1, -0.25, 1, -0.25, 0, 0.25]);
    expect(scene.toData(1, -0.25)).toEqual([30, 100]);
    expect(scene.toUnit(10, 100)).toEqual([-1, -0.25]);
  });

  test.each([
    ["one point", [3, 4]],
    ["many on one spot", [3, 4, 3, 4]],
    ["none", []],
  ])("%s makes a map too", (_, xy) => {
    const scene = Scene.of(Float32Array.from(xy));
    expect([...scene.points]).toEqual(xy.map(() => 0));
    expect(scene.half).toBe(1);
    expect(Math.min(...scene.extent)).toBeGreaterThan(0);
  });

  test("that are no numbers lie nowhere and disturb nobody", () => {
    const scene = Scene.of(Float32Array.of(NaN, 0, -1, 0, 1, Infinity, 1, 0));
    expect([...scene.points]).toEqual([NaN, NaN, -1, 0, NaN, NaN, 1, 0]);
  });

  test("come back from the square to a millionth of the map", () => {
    const random = seeded(2);
    const xy = Float32Array.from({ length: 200 }, () => 1e4 + 3 * random());
    const scene = Scene.of(xy);
    for (let i = 0; i < xy.length; i += 2) {
      const [x, y] = scene.toData(scene.points[i], scene.points[i + 1]);
      expect(Math.abs(x - xy[i])).toBeLessThan(3e-6);
      expect(Math.abs(y - xy[i + 1])).toBeLessThan(3e-6);
    }
  });
});

test.each([
  [0, "0"],
  [12.3456, "12.3"],
  [-0.0421234, "-0.0421"],
  [1234567, "1.2e+6"],
  [0.00001, "1.0e-5"],
  [NaN, "unknown"],
])("%d reads %s", (value, shown) => expect(shortNumber(value)).toBe(shown));

describe("colours of classes", () => {
  test.each(["light", "dark"] as const)("differ from each other and from the rest (%s)", (scheme) => {
    const colours = palettes.classColours(palettes.MOST_CLASSES, scheme);
    expect(new Set([...colours, palettes.neutral(scheme)]).size).toBe(palettes.MOST_CLASSES + 1);
  });

  test("stand out from the background", () => {
    const luminance = (hex: string): number => {
      const [r, g, b] = palettes.rgbOf(hex).map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a: string, b: string): number => {
      const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
      return (high + 0.05) / (low + 0.05);
    };
    for (const [scheme, paper, least] of [["light", "#ffffff", 1.6], ["dark", "#121217", 3]] as const) {
      for (const colour of palettes.classColours(palettes.MOST_CLASSES, scheme)) {
        expect(contrast(colour, paper), `${colour} on ${paper}`).toBeGreaterThan(least);
      }
    }
  });

  test("beyond the last distinct one, and of left-overs, are neutral", () => {
    const colours = palettes.classColours(palettes.MOST_CLASSES + 3, "light");
    expect(colours.slice(-3)).toEqual(Array(3).fill(palettes.neutral("light")));
    expect(palettes.classColours(3, "dark", 2)[2]).toBe(palettes.neutral("dark"));
  });
});

test("scales begin and end where they should and rise in lightness", () => {
  for (const [name, first, last] of [["viridis", "#440154", "#fde725"], ["cividis", "#00224e", "#fee838"]]) {
    const colours = palettes.scaleColours(name);
    expect(colours).toHaveLength(palettes.STEPS);
    expect([colours[0], colours.at(-1)]).toEqual([first, last]);
    const light = colours.map((hex) => {
      const [r, g, b] = palettes.rgbOf(hex);
      return 0.3 * r + 0.59 * g + 0.11 * b;
    });
    expect(light.every((value, k) => k === 0 || value >= light[k - 1] - 0.5)).toBe(true);
  }
  expect(palettes.scaleColour("viridis", 7)).toEqual(palettes.rgbOf("#fde725"));
  expect(() => palettes.rgbOf("red")).toThrow(RangeError);
});

describe("density", () => {
  test("is highest where points are, and nothing where there are none", () => {
    const points = randomPoints(4000).map((part, k) => (k % 2 ? part * 0.1 - 0.5 : part * 0.1 + 0.5));
    const { side, shares } = densityOf(points, 64);
    const at = (u: number, v: number) =>
      shares[Math.floor(((v + 1) / 2) * side) * side + Math.floor(((u + 1) / 2) * side)];
    expect(at(0.5, -0.5)).toBeGreaterThan(0.8);
    expect(at(-0.5, 0.5)).toBe(0);
    expect(Math.max(...shares)).toBeCloseTo(1);
  });

  test("of no points is no division by zero", () => {
    expect([...densityOf(Float32Array.of(NaN, NaN), 4).shares]).toEqual(Array(16).fill(0));
  });
});

describe("names on the map", () => {
  test("belong among their points, of a ring not in its middle", () => {
    const ring = Float32Array.from({ length: 2000 }, (_, k) => {
      const angle = (Math.PI * Math.floor(k / 2)) / 500;
      return 0.8 * (k % 2 ? Math.sin(angle) : Math.cos(angle));
    });
    const [anchor, none] = anchorsOf({ points: ring, dims: 2, codes: new Uint8Array(1000) }, 2);
    expect(Math.hypot(anchor.u, anchor.v)).toBeGreaterThan(0.7);
    expect(anchor.size).toBe(1000);
    expect(none.size).toBe(0);
  });

  test("follow the densest of two halves", () => {
    const points = Float32Array.from({ length: 200 }, (_, k) => (k < 60 ? -0.7 : 0.6));
    const [anchor] = anchorsOf({ points, dims: 2, codes: new Uint8Array(100) }, 1);
    expect(anchor.u).toBeCloseTo(0.6);
    expect(anchor.v).toBeCloseTo(0.6);
  });

  const at = (x: number, y: number, weight: number) => ({ x, y, width: 40, height: 20, weight });
  const which = (...given: Parameters<typeof placed>) => placed(...given).map(({ index }) => index);

  test("never overlap, and the weightiest comes first", () => {
    expect(which([at(50, 50, 1), at(60, 55, 9), at(150, 50, 2)], 300, 200)).toEqual([1, 2]);
  });

  test("leave free what is taken, however light it is", () => {
    const box = { x: 55, y: 52, width: 30, height: 30 };
    expect(which([at(50, 50, 9), at(150, 50, 2)], 300, 200, [box])).toEqual([1]);
  });

  test("are moved inside the window", () => {
    const found = placed([at(10, 50, 3), at(290, 50, 2), at(100, 195, 1)], 300, 200);
    expect(found.map(({ x, y }) => [x, y])).toEqual([[20, 50], [280, 50], [100, 190]]); // prettier-ignore
  });

  test("are moved aside before one is left out, the weightiest least, and never overlap", () => {
    const crowd = Array.from({ length: 9 }, (_, k) => at(150 + k, 100 - k, k));
    const found = placed(crowd, 300, 200, [], ASIDE);
    expect(found).toHaveLength(9);
    expect(found[0]).toEqual({ index: 8, x: 158, y: 92 });
    for (const one of found) {
      expect(Math.abs(one.x - 150)).toBeLessThan(80);
      for (const other of found.filter((each) => each !== one)) {
        expect(Math.abs(one.x - other.x) >= 40 || Math.abs(one.y - other.y) >= 20).toBe(true);
      }
    }
  });

  test("all appear once they are far enough apart", () => {
    const random = seeded(8);
    const places = Array.from({ length: 30 }, () => [random(), random(), random()]);
    const shown = (zoom: number) =>
      which(places.map(([x, y, w]) => at(50 + zoom * x, 50 + zoom * y, w)), zoom + 100, zoom + 100);
    expect(shown(100).length).toBeLessThan(30);
    expect(shown(5000)).toHaveLength(30);
  });
});

test("a name that moves stays off the covered sides", () => {
  const one = { x: 60, y: 50, width: 100, height: 10, weight: 2 };
  const found = placed([one, { ...one, weight: 1 }], 400, 100, [], ASIDE, 4, [40, 120]);
  expect(found[0]).toEqual({ index: 0, x: 60, y: 50 });
  expect(found[1].x).toBeGreaterThanOrEqual(40 + 50);
  expect(found[1].x).toBeLessThanOrEqual(400 - 120 - 50);
});

describe("the line from a name to its place", () => {
  const box = { x: 100, y: 50, width: 40, height: 10 };

  test("begins on the edge of the name, at the side where the place is", () => {
    expect(leaderOf(box, [100, 90])).toEqual([100, 55]);
    expect(leaderOf(box, [20, 50])).toEqual([80, 50]);
    expect(leaderOf(box, [140, 20])).toEqual([120, 45]);
  });

  test("is not drawn where the place is under the name or beside it", () => {
    expect(leaderOf(box, [110, 52])).toBeNull();
    expect(leaderOf(box, [100, 60])).toBeNull();
  });
});
