/** Selecting: a box or a lasso, alone, added to what is selected (Shift) or taken from it (Alt). */
import { hear, tell } from "../bus";
import { encodeRanges, toBase64 } from "../ranges";
import { trace } from "../marks";
import { counted } from "../scales";
import { withAlpha } from "../theme";
import type { Context } from "./context";
import type { Place } from "./gestures";

/** CSS pixels between two corners of a lasso. */
const CORNER = 4;

export class Select {
  private path: [number, number][] = [];
  private telling = false;
  private shape: "box" | "lasso" = "box";

  constructor(
    private readonly ctx: Context,
    private readonly changed: () => void,
  ) {}

  /** Hear what is selected on maps that are linked with this one; returns how to stop. */
  listen(): () => void {
    const { link } = this.ctx.meta();
    return hear(link ?? "", "selection", (indices) => {
      if (link !== null && !this.telling) this.show(indices);
    });
  }

  begin(shape: "box" | "lasso", { x, y }: Place): void {
    this.shape = shape;
    this.path = [[x, y]];
  }

  extend({ x, y }: Place): void {
    const last = this.path[this.path.length - 1];
    if (!last) return;
    if (this.shape === "box") this.path = [this.path[0], [x, y]];
    else if (Math.hypot(x - last[0], y - last[1]) >= CORNER) this.path.push([x, y]);
    this.ctx.stage.repaint();
  }

  cancel(): void {
    this.path = [];
    this.ctx.stage.repaint();
  }

  end(place: Place): void {
    const { path, shape } = this;
    this.cancel();
    if (path.length < (shape === "box" ? 2 : 3)) return;
    const { model, stage } = this.ctx;
    const corners = shape === "lasso" ? path : boxOf(path);
    const found = stage.finder?.within(corners.flat(), model.accepts);
    if (found) this.take(found, place);
  }

  /** Add one item to the selection, or take it out: a click with Shift held. */
  toggle(index: number): void {
    const { model } = this.ctx;
    if (model.isSelected(index)) this.set(model.selection().filter((other) => other !== index));
    else this.set(merged(model.selection(), Uint32Array.of(index)));
  }

  clear(): boolean {
    if (this.ctx.model.selectedCount === 0) return false;
    this.set(new Uint32Array(0));
    return true;
  }

  /** Select these: alone, added to what is selected, or taken from it. */
  take(found: Uint32Array, place: Pick<Place, "shift" | "alt">): void {
    const { model } = this.ctx;
    if (place.shift) this.set(merged(model.selection(), found));
    else if (place.alt) {
      const gone = new Set(found);
      this.set(model.selection().filter((index) => !gone.has(index)));
    } else this.set(found);
  }

  /** Select these, and nothing else. */
  set(indices: Uint32Array): void {
    this.show(indices);
    const { link } = this.ctx.meta();
    if (link === null) return;
    this.telling = true;
    tell(link, "selection", indices);
    this.telling = false;
  }

  private show(indices: Uint32Array): void {
    const { model, stage } = this.ctx;
    model.select(indices);
    stage.restyle();
    const count = indices.length;
    this.ctx.send({ selection: { ranges: toBase64(encodeRanges(indices)), count } });
    this.ctx.say(count === 0 ? "Nothing is selected." : `${counted(count)} selected.`);
    this.changed();
  }

  draw(context: CanvasRenderingContext2D): void {
    if (this.path.length < 2) return;
    const { accent } = this.ctx.theme();
    trace(context, this.shape === "lasso" ? this.path : boxOf(this.path));
    context.closePath();
    context.fillStyle = withAlpha(accent, 0.12);
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}

/** The corners of the box between the first two places of a path. */
function boxOf([[x0, y0], [x1, y1]]: [number, number][]): [number, number][] {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]; // prettier-ignore
}

/** Two rising lists as one. */
export function merged(one: Uint32Array, other: Uint32Array): Uint32Array {
  const both = new Uint32Array(one.length + other.length);
  let [a, b, length] = [0, 0, 0];
  while (a < one.length || b < other.length) {
    const next =
      b >= other.length || (a < one.length && one[a] <= other[b]) ? one[a++] : other[b++];
    if (length === 0 || both[length - 1] !== next) both[length++] = next;
  }
  return both.slice(0, length);
}
