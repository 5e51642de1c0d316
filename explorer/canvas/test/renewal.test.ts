import { beforeEach, describe, expect, test } from "vitest";
import { Renewal } from "../src/renewal";

const OLD = { path: "live", token: "old" };
const NEW = { path: "live", token: "new" };

describe("a page whose door is shut", () => {
  let asked: number[];
  let due: (() => void) | null;
  let renewal: Renewal;
  let reaches: boolean;

  const ask = (request: number): void => void asked.push(request);
  const pass = (): void => {
    const run = due;
    due = null;
    run?.();
  };

  beforeEach(() => {
    asked = [];
    due = null;
    reaches = true;
    renewal = new Renewal(
      (run) => {
        due = run;
        return () => (due = null);
      },
      () => reaches,
    );
    renewal.told({ live: OLD, heard: 0 }, ask);
  });

  test("a connection that comes back by itself asks for nothing", () => {
    for (const state of ["connecting", "live", "reconnecting", "live"] as const) renewal.heard(state);
    expect(asked).toEqual([]);
  });

  test("asks until a run of the page answers, then rests", () => {
    renewal.heard("offline");
    expect(asked).toEqual([1]);
    pass();
    pass();
    expect(asked).toEqual([1, 2, 3]);
    renewal.told({ live: NEW, heard: 3 }, ask);
    pass();
    expect(asked).toEqual([1, 2, 3]);
  });

  test("while Python cannot be reached nothing is asked; as soon as it can be, it is", () => {
    reaches = false;
    renewal.heard("offline");
    pass();
    pass();
    expect(asked).toEqual([]);
    reaches = true;
    pass();
    expect(asked).toEqual([1]);
  });

  test("a run that has not heard the request is no answer, unless it brings another door", () => {
    renewal.heard("offline");
    renewal.told({ live: OLD, heard: 0 }, ask);
    pass();
    expect(asked).toEqual([1, 2]);
    renewal.told({ live: NEW, heard: 0 }, ask);
    pass();
    expect(asked).toEqual([1, 2]);
  });

  test("where the run knows no other door, it is not asked again until that one has opened", () => {
    renewal.heard("offline");
    renewal.told({ live: OLD, heard: 1 }, ask);
    renewal.heard("offline");
    pass();
    expect(asked).toEqual([1]);
    renewal.heard("live");
    renewal.heard("reconnecting");
    renewal.heard("offline");
    expect(asked).toEqual([1, 2]);
  });

  test("a second death of the server is mended as the first", () => {
    renewal.heard("offline");
    renewal.told({ live: NEW, heard: 1 }, ask);
    renewal.heard("live");
    renewal.heard("offline");
    expect(asked).toEqual([1, 2]);
    renewal.told({ live: OLD, heard: 2 }, ask);
    pass();
    expect(asked).toEqual([1, 2]);
  });

  test("several parts that lose the same connection ask once", () => {
    renewal.heard("offline");
    renewal.heard("offline");
    expect(asked).toEqual([1]);
  });
});
