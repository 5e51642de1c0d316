import { beforeEach, describe, expect, test } from "vitest";
import { handsOf, type Parts } from "../src/map/hands";
import type { Hands, Place } from "../src/map/gestures";

/** The one item of a map, 30, lies here. */
const ITEM = [100, 100] as const;
const REACH = 12;

const at = (x: number, y: number, shift = false): Place => ({ x, y, shift, alt: false, touch: false });

/** Hands on a map where each call of the probe is noted: what was asked, and whether at last. */
function made(deep: boolean): { hands: Hands; asked: unknown[]; picked: number[] } {
  const [asked, picked]: [unknown[], number[]] = [[], []];
  const nothing = (): void => undefined;
  const probe = {
    begin: nothing,
    clear: () => asked.push("clear"),
    at: (x: number, y: number, _: boolean, final: boolean) => asked.push([x, y, final]),
    item: (index: number, _: boolean, final: boolean) => asked.push([index, final]),
    pins: { leave: nothing, hover: () => false, removeAt: () => false },
  };
  const parts = {
    probe,
    looking: {
      leave: nothing,
      itemAt: (x: number, y: number) => (Math.hypot(x - ITEM[0], y - ITEM[1]) <= REACH ? 30 : -1),
      pick: (index: number) => picked.push(index),
    },
    guests: { leave: nothing },
    selecting: { cancel: nothing, toggle: (index: number) => asked.push(["toggle", index]) },
    names: { at: () => null },
    navigation: { turn: nothing, pan: nothing },
    tool: () => "probe",
    deep: () => deep,
    point: nothing,
    probed: nothing,
  };
  return { hands: handsOf(parts as unknown as Parts), asked, picked };
}

describe.each([false, true])("a hand on a map, in space: %s", (deep) => {
  let { hands, asked, picked } = made(deep);
  beforeEach(() => ({ hands, asked, picked } = made(deep)));

  test("that clicks an item decodes that item, never the place beside it", () => {
    hands.press(at(104, 97));
    hands.drag(at(105, 98));
    hands.release(at(105, 98), true);
    expect(picked).toEqual([30]);
    expect(asked.at(-1)).toEqual([30, true]);
    expect(asked.every((one) => (one as unknown[]).length === 2)).toBe(true);
  });

  test("that holds shift chooses the item, and decodes nothing", () => {
    hands.press(at(100, 100, true));
    hands.release(at(100, 100, true), true);
    expect(asked).toEqual([["toggle", 30]]);
  });
});

describe("a hand on a flat map", () => {
  let { hands, asked, picked } = made(false);
  beforeEach(() => ({ hands, asked, picked } = made(false)));

  test("that drags from an item on decodes places, at the end that where it lets go", () => {
    hands.press(at(100, 100));
    hands.drag(at(103, 100));
    hands.drag(at(110, 100));
    hands.drag(at(102, 100));
    hands.release(at(101, 100), false);
    const places = [[110, 100, false], [102, 100, false], [101, 100, true]]; // prettier-ignore
    expect(asked).toEqual([[30, false], ...places]);
    expect(picked).toEqual([]);
  });

  test("that clicks between the items decodes the place", () => {
    hands.press(at(300, 200));
    hands.release(at(300, 200), true);
    expect(asked).toEqual([[300, 200, false], [300, 200, true]]); // prettier-ignore
    expect(picked).toEqual([]);
  });
});
