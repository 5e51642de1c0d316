/** A path drawn by hand: shown while it is drawn, then told to Python, which decodes along it. */
import { el, icon } from "../dom";
import { stroke } from "../marks";
import { toScreen, toUnit } from "../view";
import type { Context } from "./context";
import type { Place } from "./gestures";

type Point = [number, number];

/** CSS pixels between two places of the line, and the shortest line that is one. */
const STEP = 3;
const SHORTEST = 24;
/** As many places as Python is told. */
const MOST = 128;

export class Drawing {
  readonly button = el(
    "button",
    { type: "button", class: "panel draw", "aria-pressed": "false" },
    icon("draw"),
    el("span", {}, "Draw a path"),
  );
  readonly hint = el("div", { class: "hint" });
  private on = false;
  /** In the unit coordinates of the map, which may move under the hand. */
  private line: Point[] = [];
  private drawing = false;
  /** The turn in which the line was told, until Python has answered. */
  private told: number | null = null;

  constructor(
    private readonly ctx: Context,
    /** Draw from now on, or no longer. */
    choose: (draw: boolean) => void,
    private readonly turn: () => number,
  ) {
    this.button.title = "Draw a path: press and move over the map; Escape stops";
    this.button.hidden = !ctx.meta().draws;
    this.button.addEventListener("click", () => choose(!this.on));
    this.hint.hidden = true;
  }

  /** Whether a line is being drawn, or on its way to Python: the path before it is past. */
  get busy(): boolean {
    return this.drawing || this.told !== null;
  }

  set(on: boolean): void {
    if (on === this.on) return;
    this.on = on;
    this.cancel();
    this.button.setAttribute("aria-pressed", String(on));
    // Where nothing hovers there is a finger, and no key to press.
    const key = matchMedia("(hover: none)").matches ? "" : " · Escape stops";
    this.advise(on ? `Press and draw a line over the map${key}` : "");
    if (on) this.ctx.say("Draw a path with the pointer. Escape stops.");
  }

  begin({ x, y }: Place): void {
    this.told = null;
    this.drawing = true;
    this.line = [toUnit(this.ctx.stage.view, x, y)];
    this.advise("");
  }

  extend({ x, y }: Place): void {
    if (!this.drawing) return;
    const { view } = this.ctx.stage;
    const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const here = [inside(x, view.width), inside(y, view.height)] as const;
    const [lastX, lastY] = toScreen(view, ...this.line[this.line.length - 1]);
    if (Math.hypot(here[0] - lastX, here[1] - lastY) < STEP) return;
    this.line.push(toUnit(view, ...here));
    this.ctx.stage.repaint();
  }

  end(): void {
    if (!this.drawing) return;
    const { view } = this.ctx.stage;
    const { scene } = this.ctx.model;
    if (lengthOf(this.line.map(([u, v]) => toScreen(view, u, v))) < SHORTEST) {
      this.cancel();
      this.advise("That was too short: keep pressing, and draw");
      return;
    }
    this.drawing = false;
    this.ctx.send({ drawn: thinned(this.line, MOST).map(([u, v]) => scene.toData(u, v)) });
    this.told = this.turn();
    this.ctx.say("The path is drawn.");
  }

  cancel(): void {
    this.drawing = false;
    this.line = [];
    this.ctx.stage.repaint();
  }

  /** Python has run, knowing of this turn. */
  answered(turn: number): void {
    if (this.told !== null && turn >= this.told) this.told = null;
  }

  draw(context: CanvasRenderingContext2D): void {
    if (!this.busy || this.line.length < 2) return;
    const { view } = this.ctx.stage;
    const { accent, background } = this.ctx.theme();
    const places = this.line.map(([u, v]) => toScreen(view, u, v));
    stroke(context, places, background, 6);
    stroke(context, places, accent, 2.5);
  }

  private advise(words: string): void {
    this.hint.textContent = words;
    this.hint.hidden = words === "";
  }
}

export function lengthOf(line: readonly (readonly [number, number])[]): number {
  let length = 0;
  for (let k = 1; k < line.length; k++) {
    length += Math.hypot(line[k][0] - line[k - 1][0], line[k][1] - line[k - 1][1]);
  }
  return length;
}

/** At most `most` of the places of a line, its ends among them. */
export function thinned<T>(line: readonly T[], most: number): T[] {
  if (line.length <= most) return [...line];
  return Array.from({ length: most }, (_, k) => line[Math.round((k * (line.length - 1)) / (most - 1))]);
}
