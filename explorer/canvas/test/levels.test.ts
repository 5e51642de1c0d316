import { describe, expect, test } from "vitest";
import { anchorsOf } from "../src/labels";
import { directionOf, fitted, levelAt, startsOf } from "../src/levels";
import { MapModel } from "../src/map/model";
import type { Meta } from "../src/map/meta";

describe("which level is named", () => {
  const starts = startsOf([3, 12, 150], 1400, 700);

  test("the coarsest from far away, each finer one later", () => {
    expect(starts[0]).toBe(0);
    expect(starts[1]).toBeLessThan(starts[2]);
    expect(levelAt(0.5, starts)).toBe(0);
    expect(levelAt(starts[1] + 0.01, starts)).toBe(1);
    expect(levelAt(400, starts)).toBe(2);
  });

  test("a smaller window has room for fewer names", () => {
    const narrow = startsOf([3, 12, 150], 390, 600);
    expect(narrow[1]).toBeGreaterThan(starts[1]);
    expect(narrow[2]).toBeGreaterThan(starts[2]);
  });

  test("the finest can be reached, however many names it has", () => {
    expect(startsOf([60_000], 390, 600)).toEqual([0]);
    expect(startsOf([5, 60_000], 390, 600)[1]).toBeLessThan(20);
  });

  test("a hair below its start a level stays", () => {
    expect(levelAt(starts[2] * 0.97, starts)).toBe(1);
    expect(levelAt(starts[2] * 0.97, starts, 2)).toBe(2);
    expect(levelAt(starts[2] * 0.8, starts, 2)).toBe(1);
  });
});

describe("a name in the room that it has", () => {
  const widthOf = (words: string): number => 10 * [...new Intl.Segmenter().segment(words)].length;

  test("is whole where it fits, and else says that something is left out", () => {
    expect(fitted("wood and water", 140, widthOf)).toBe("wood and water");
    expect(fitted("wood and water", 100, widthOf)).toBe("wood and…");
    expect(fitted("wood", 5, widthOf)).toBe("…");
  });

  test("is not cut within what people see as one letter", () => {
    expect(fitted("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 30, widthOf)).toBe("👩‍👩‍👧👩‍👩‍👧…");
  });

  test.each([["שלום", "rtl"], ["12 مرحبا a", "rtl"], ["a שלום", "ltr"], ["", "ltr"], ["漢字", "ltr"]])(
    "%s runs %s",
    (words, way) => expect(directionOf(words)).toBe(way),
  );
});

test("the densest place is found in space too, and in a part of a plane", () => {
  const dense = Array.from({ length: 60 }, (_, k) => [0.5 + k / 2000, -0.5, 0.8]);
  const thin = Array.from({ length: 40 }, (_, k) => [-0.9 + k / 50, 0.9, -0.9 + k / 60]);
  const points = Float32Array.from([...dense, ...thin].flat());
  const [anchor] = anchorsOf({ points, dims: 3, codes: new Uint8Array(100) }, 1);
  expect(Math.hypot(anchor.u - 0.515, anchor.v + 0.5, anchor.w - 0.8)).toBeLessThan(0.02);
  expect(anchor.size).toBe(100);

  const flat = Float32Array.from([...dense, ...thin].flatMap(([u, v]) => [u, v]));
  const part = { low: [-1, 0.5], size: [2, 0.5] };
  const [here, none] = anchorsOf({ points: flat, dims: 2, codes: new Uint8Array(100) }, 2, part);
  expect(here.v).toBeCloseTo(0.9);
  expect([here.size, none.size]).toEqual([40, 0]);
});

test("themes of a coarser level gather their clusters, and noise is in none", () => {
  const columns = new Map([
    ["xy", new Uint8Array(new Float32Array(12).buffer)],
    ["code", Uint8Array.from([0, 1, 2, 2, 3, 0])],
  ]);
  const meta = {
    columns: { xy: "xy", colour: "code", cluster: "code", mask: null },
    code_bytes: 1,
    dims: 2,
    colour: { kind: "classes", title: "t", names: ["a", "b", "c", "Noise"], other: 3 },
    clusters: { names: ["a", "b", "c"], code_bytes: 1, levels: [{ names: ["a or b", "c"], of: [0, 0, 1] }] },
  } as unknown as Meta;
  const model = new MapModel(meta, columns);
  const [coarse, fine] = model.themes();
  expect(coarse.names).toEqual(["a or b", "c"]);
  expect([...model.membersOf(coarse, 0)]).toEqual([0, 1, 5]);
  expect([...model.membersOf(coarse, 1)]).toEqual([2, 3]);
  expect([...model.membersOf(fine, 0)]).toEqual([0, 5]);
  const members = { points: model.scene.points, dims: 2 as const, ...coarse };
  expect(anchorsOf(members, 2).map(({ size }) => size)).toEqual([3, 2]);
  model.hidden.add(0);
  expect([...model.membersOf(coarse, 0)]).toEqual([1]);
});
