import { describe, expect, test } from "vitest";
import { MapModel } from "../src/map/model";
import type { Meta } from "../src/map/meta";

const CLASSES = 3;

/** Six points in three classes, two of each; `mask` lets some of them take part. */
function model(mask: number | null = null, title = "t"): MapModel {
  const places = new Float32Array(Array.from({ length: 12 }, (_, k) => k));
  const columns = new Map([
    ["xy", new Uint8Array(places.buffer)],
    ["class", Uint8Array.from([0, 0, 1, 1, 2, 2])],
    ["mask", Uint8Array.from([mask ?? 0])],
  ]);
  const meta = {
    columns: { xy: "xy", colour: "class", cluster: null, mask: mask === null ? null : "mask" },
    code_bytes: 1,
    colour: { kind: "classes", title, names: ["a", "b", "c"], other: -1 },
  } as unknown as Meta;
  return new MapModel(meta, columns);
}

const styles = (one: MapModel): number[] => [0, 1, 2, 3, 4, 5].map((index) => one.styleOf(index));

describe("what a point looks like", () => {
  test("its class, or dimmed where it takes no part", () => {
    expect(styles(model())).toEqual([0, 0, 1, 1, 2, 2]);
    expect(styles(model(0b001101))).toEqual([0, CLASSES, 1, 1, CLASSES, CLASSES]);
    const selecting = model();
    selecting.select([1, 2]);
    expect(styles(selecting)).toEqual([CLASSES, 0, 1, CLASSES, CLASSES, CLASSES]);
    expect(selecting.divided).toBe(true);
  });

  test("of each class it is counted how many pass the filter", () => {
    expect([...model().passing]).toEqual([2, 2, 2]);
    const filtered = model(0b001101);
    expect([...filtered.passing]).toEqual([1, 2, 0]);
    expect([...filtered.sizes]).toEqual([2, 2, 2]);
  });

  test("a hidden class is not drawn at all, selected or not", () => {
    const hiding = model();
    hiding.select([1, 2]);
    hiding.hidden.add(0);
    hiding.hidden.add(2);
    expect([0, 1, 2, 3, 4, 5].filter(hiding.isDrawn)).toEqual([2, 3]);
    const { opacities } = hiding.styles("light", 0.8);
    expect(styles(hiding).map((style) => opacities[style] > 0)).toEqual([
      false, false, true, true, false, false,
    ]); // prettier-ignore
  });
});

test("an item is said by its number and what its colour tells of it", () => {
  expect(model(null, "Label").saidOf(3)).toBe("item 3, label b");
  expect(model(null, "HDBSCAN").saidOf(0)).toBe("item 0, HDBSCAN a");
});
