/** From pointers, wheel and space bar to what a hand means: probe, pan, pinch, zoom, point. */

export type Tool = "probe" | "pan" | "box" | "lasso" | "draw";

export interface Place {
  x: number;
  y: number;
  /** A finger covers what is under it. */
  touch: boolean;
  shift: boolean;
  alt: boolean;
}

export interface Hands {
  tool(): Tool;
  hover(place: Place): void;
  leave(): void;
  press(place: Place): void;
  drag(place: Place): void;
  /** `click`: the pointer has not moved since the press. */
  release(place: Place, click: boolean): void;
  /** What began with `press` is not to be, as when a second finger comes down. */
  cancel(): void;
  pan(dx: number, dy: number): void;
  pinch(before: Pair, after: Pair): void;
  zoom(place: Place, factor: number): void;
  /** Two clicks at once. */
  twice(): void;
  /** Whether the right button moves the map. */
  rightPans(): boolean;
}

type Point = readonly [number, number];
type Pair = readonly [Point, Point];
type Mode = "none" | "tool" | "pan" | "pinch";

/** Within this many CSS pixels a press is a click, not a drag. */
export const SLACK = 4;

export class Gestures {
  private mode: Mode = "none";
  private readonly pointers = new Map<number, Point>();
  private from: Point = [0, 0];
  private moved = false;
  private space = false;
  private right = false;
  private readonly off = new AbortController();

  constructor(
    private readonly surface: HTMLElement,
    private readonly hands: Hands,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      run: (event: HTMLElementEventMap[K]) => void,
    ): void =>
      surface.addEventListener(name, run, { signal: this.off.signal, passive: false });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.lost(event));
    on("pointerleave", () => this.mode === "none" && hands.leave());
    on("wheel", (event) => this.wheel(event));
    on("dblclick", (event) => {
      event.preventDefault();
      hands.twice();
    });
    // A middle click would otherwise scroll the page or paste.
    on("auxclick", (event) => event.preventDefault());
    on("contextmenu", (event) => (this.mode !== "none" || hands.rightPans()) && event.preventDefault());
  }

  /** The space bar turns every tool into the hand while it is held. */
  holdSpace(held: boolean): void {
    this.space = held;
    this.surface.classList.toggle("grabbable", held);
  }

  /** What is pressed now does nothing more until it is let go. */
  drop(): void {
    if (this.mode === "tool") this.mode = "none";
  }

  destroy(): void {
    this.off.abort();
  }

  private placeOf(event: PointerEvent | WheelEvent): Place {
    const box = this.surface.getBoundingClientRect();
    return {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      touch: "pointerType" in event && event.pointerType === "touch",
      shift: event.shiftKey,
      alt: event.altKey,
    };
  }

  private down(event: PointerEvent): void {
    if (event.button === 2 && !this.hands.rightPans()) return;
    // A press elsewhere takes the focus away: this keeps the keys with the map.
    this.surface.focus({ preventScroll: true });
    event.preventDefault();
    const place = this.placeOf(event);
    this.pointers.set(event.pointerId, [place.x, place.y]);
    this.surface.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) {
      if (this.mode === "tool") this.hands.cancel();
      this.mode = "pinch";
      return;
    }
    if (this.pointers.size > 2) return;
    this.from = [place.x, place.y];
    this.moved = false;
    this.right = event.button === 2;
    const grab = event.button === 1 || this.right || this.space || this.hands.tool() === "pan";
    this.mode = grab ? "pan" : "tool";
    if (this.mode === "tool") this.hands.press(place);
    else this.surface.classList.add("grabbing");
  }

  private move(event: PointerEvent): void {
    const place = this.placeOf(event);
    const here: Point = [place.x, place.y];
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (this.mode === "none") this.hands.hover(place);
      return;
    }
    const pairBefore = this.mode === "pinch" ? this.pair() : null;
    this.pointers.set(event.pointerId, here);
    if (pairBefore) {
      const after = this.pair();
      if (after) this.hands.pinch(pairBefore, after);
      return;
    }
    const far = Math.hypot(here[0] - this.from[0], here[1] - this.from[1]) > SLACK;
    this.moved ||= far;
    if (this.mode === "pan") this.hands.pan(here[0] - before[0], here[1] - before[1]);
    else if (this.mode === "tool") this.hands.drag(place);
  }

  private up(event: PointerEvent): void {
    if (!this.pointers.delete(event.pointerId)) return;
    const { mode } = this;
    // One finger that is left of two does not begin anything.
    if (this.pointers.size > 0) {
      this.mode = "pinch";
      return;
    }
    this.mode = "none";
    this.surface.classList.remove("grabbing");
    if (mode === "tool" || (mode === "pan" && !this.moved && !this.space && !this.right)) {
      this.hands.release(this.placeOf(event), !this.moved);
    }
  }

  private lost(event: PointerEvent): void {
    this.pointers.delete(event.pointerId);
    if (this.mode === "tool") this.hands.cancel();
    if (this.pointers.size === 0) this.mode = "none";
    this.surface.classList.remove("grabbing");
  }

  private pair(): Pair | null {
    const [first, second] = [...this.pointers.values()];
    return first && second ? [first, second] : null;
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    // Lines and pages, as some mice count, in pixels; a trackpad's pinch comes as small steps with
    // the control key.
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const delta = Math.max(-240, Math.min(240, event.deltaY * unit));
    this.hands.zoom(this.placeOf(event), Math.exp(-delta * (event.ctrlKey ? 0.01 : 0.0018)));
  }
}
