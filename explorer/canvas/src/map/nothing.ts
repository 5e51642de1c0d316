/** A word where one has gone to where no point is: the map would else look broken. */
import { el, icon } from "../dom";
import { toUnit } from "../view";
import type { Context } from "./context";

/** It is looked at most so often, in milliseconds: a million hidden points take a while. */
const OFTEN = 100;

export class Nothing {
  readonly root = el("div", { class: "hint nothing", hidden: true });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private about: unknown[] = [];

  constructor(private readonly ctx: Context) {
    // Where nothing hovers there is a finger, and no key to press.
    const touch = matchMedia("(hover: none)").matches;
    const how = touch ? ["tap", icon("whole")] : ["press 0"];
    this.root.append("Nothing here · ", ...how, " for the whole map");
  }

  /** The map was drawn: soon look whether anything is to be seen. */
  look(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.check();
    }, OFTEN);
  }

  private check(): void {
    const { model, stage } = this.ctx;
    const about = [stage.view, stage.whole, model.version, model.selectedCount, ...model.hidden];
    if (about.length === this.about.length && about.every((one, k) => one === this.about[k])) return;
    this.about = about;
    const { width, height } = stage.view;
    const [left, top] = toUnit(stage.view, 0, 0);
    const [right, bottom] = toUnit(stage.view, width, height);
    this.root.hidden = stage.whole || model.grid.anyIn(left, bottom, right, top, model.isDrawn);
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}
