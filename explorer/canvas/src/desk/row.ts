/** One dimension of the desk: its name, slider, spread, number and lock. */
import { el, icon } from "../dom";
import type { Dimension } from "./meta";
import { drawSpread } from "./spread";

export interface RowWishes {
  moved(value: number): void;
  /** The hand has let go. */
  settled(): void;
  chosen(): void;
  locked(locked: boolean): void;
}

export class Row {
  readonly root: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly number: HTMLInputElement;
  private readonly lock: HTMLButtonElement;
  private value = 0;
  private readonly spread = el("canvas", { class: "spread", "aria-hidden": "true" });

  constructor(
    readonly about: Dimension,
    wishes: RowWishes,
  ) {
    const { name, low, high, usage, help } = about;
    const ends = { min: low, max: high };
    this.slider = el("input", { type: "range", ...ends, step: 0.01, "aria-label": `${name}, ${usage}` });
    this.number = el("input", { type: "number", step: 0.05, "aria-label": `${name} as a number` });
    this.lock = el("button", { type: "button", class: "lock", "aria-pressed": "false" }, icon("lock"));
    this.lock.setAttribute("aria-label", `Lock ${name}`);
    this.lock.title = "Locked dimensions stay where they are when all others are set at once.";
    const title = el("button", { type: "button", class: "dim-name", title: help }, name);
    this.root = el(
      "div",
      { class: "dim" },
      el("div", { class: "dim-head" }, title, el("span", { class: "quiet" }, usage), this.number, this.lock),
      el("div", { class: "dim-track" }, el("div", { class: "dim-spread" }, this.spread), this.slider),
    );
    this.slider.addEventListener("input", () => wishes.moved(Number(this.slider.value)));
    // A finger that began on the slider and then scrolls the page has not meant to set it.
    let before = 0;
    this.slider.addEventListener("pointerdown", () => (before = this.value), { capture: true });
    this.slider.addEventListener("pointercancel", () => wishes.moved(before));
    this.slider.addEventListener("change", () => wishes.settled());
    this.slider.addEventListener("focus", () => wishes.chosen());
    title.addEventListener("click", () => wishes.chosen());
    this.number.addEventListener("change", () => {
      const typed = this.number.value.trim();
      // A field of numbers that holds none is empty: it shows the one that counts again.
      if (typed !== "") this.value = within(Number(typed), low, high);
      this.number.value = this.value.toFixed(2);
      if (typed === "") return;
      wishes.moved(this.value);
      wishes.settled();
    });
    this.lock.addEventListener("click", () => {
      const locked = this.lock.getAttribute("aria-pressed") !== "true";
      this.setLocked(locked);
      wishes.locked(locked);
    });
  }

  setLocked(locked: boolean): void {
    this.lock.setAttribute("aria-pressed", String(locked));
  }

  show(value: number): void {
    this.value = value;
    this.slider.value = String(value);
    this.slider.style.setProperty("--at", String(this.shareOf(value)));
    // What is being typed is left alone.
    const typing = (this.root.getRootNode() as ShadowRoot | Document).activeElement === this.number;
    if (!typing) this.number.value = value.toFixed(2);
  }

  private shareOf(value: number): number {
    const { low, high } = this.about;
    return Math.min(1, Math.max(0, (value - low) / (high - low)));
  }

  choose(chosen: boolean): void {
    this.root.classList.toggle("chosen", chosen);
  }

  draw(colour: string): void {
    drawSpread(this.spread, this.about.spread, colour);
  }
}

/** A typed number, at most as far outside of the slider as the slider is long: beyond is nothing. */
export function within(value: number, low: number, high: number): number {
  const reach = high - low;
  return Math.min(high + reach, Math.max(low - reach, value));
}
