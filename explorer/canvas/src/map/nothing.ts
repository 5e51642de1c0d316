/** A word where one has gone to where no point is: the map would else look broken. */
import { el } from "../dom";
import type { Context } from "./context";

/** It is looked at most so often, in milliseconds: a million hidden points take a while. */
const OFTEN = 100;

export class Nothing {
  readonly root = el("button", { type: "button", class: "hint nothing", hidden: true });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private about: unknown[] = [];

  constructor(
    private readonly ctx: Context,
    whole: () => void,
  ) {
    // Where nothing hovers there is a finger, and no key to press.
    const how = matchMedia("(hover: none)").matches ? "tap here" : "press 0";
    this.root.textContent = `Nothing here · ${how} for the whole map`;
    this.root.addEventListener("click", whole);
  }

  /** The map was drawn: soon look whether anything is to be seen. */
  look(): void {
    // In space all points must be looked at: not before one has come to rest.
    if (this.ctx.stage.deep) this.destroy();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.check();
    }, OFTEN);
  }

  private check(): void {
    const { model, stage } = this.ctx;
    const about = [stage.lens, stage.whole, stage.finder, model.version, model.selectedCount, ...model.hidden];
    if (about.length === this.about.length && about.every((one, k) => one === this.about[k])) return;
    this.about = about;
    this.root.hidden = stage.whole || (stage.finder?.any(model.isDrawn) ?? true);
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
