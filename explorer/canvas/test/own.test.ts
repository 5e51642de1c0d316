import { describe, expect, test } from "vitest";
import { hear, tell } from "../src/bus";
import { fitted, penWidth, reduced } from "../src/own/raster";

describe("a drawing", () => {
  test("is moved to the middle and fills as much as digits do", () => {
    const { scale, x, y } = fitted([[[0.1, 0.2], [0.1, 0.5]], [[0.2, 0.3]]]);
    const at = (u: number, v: number): [number, number] => [x + scale * u, y + scale * v];
    const [top, bottom] = [at(0.15, 0.2), at(0.15, 0.5)];
    expect(top[0]).toBeCloseTo(0.5);
    expect(bottom[1] - top[1]).toBeCloseTo(0.6);
    expect((top[1] + bottom[1]) / 2).toBeCloseTo(0.5);
  });

  test("that is large is made smaller, down to what digits fill", () => {
    const { scale } = fitted([[[0, 0], [1, 1]]]);
    expect(scale).toBeCloseTo(20 / 28);
  });

  test("of one dot stays a dot, in the middle", () => {
    const { scale, x, y } = fitted([[[0.9, 0.1]]]);
    expect(scale).toBe(1);
    expect([x + 0.9, y + 0.1]).toEqual([0.5, 0.5]);
  });

  test("is averaged, not sampled, down to the model's pixels", () => {
    const fine = new Uint8ClampedArray(4 * 16 * 8).map((_, i) => (Math.floor(i / 4) % 16 < 4 ? 255 : 0));
    expect([...reduced(fine, 2, 1)]).toEqual([128, 0]);
  });

  test("has a pen as thick as the training data's", () => {
    expect(penWidth(28) * 28).toBeCloseTo(2.4);
    expect(penWidth(8) * 8).toBeCloseTo(1.15);
  });
});

test("news about a model reach who listens to that model, until they stop", () => {
  const heard: number[] = [];
  const stop = hear("a", "pick", (index) => heard.push(index));
  tell("a", "pick", 3);
  tell("b", "pick", 4);
  tell("a", "place", null);
  stop();
  tell("a", "pick", 5);
  expect(heard).toEqual([3]);
});
