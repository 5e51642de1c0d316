/** A pad to draw on with a pen, a finger or a mouse. */
import { el, fitCanvas, flat } from "../dom";
import { drawStrokes, penWidth, type Stroke } from "./raster";

export class Pad {
  readonly root = el("div", { class: "pad" });
  private readonly canvas = el("canvas", {
    role: "img",
    "aria-label": "A pad to draw on with the pointer",
  });
  private strokes: [number, number][][] = [];
  private drawing = false;

  constructor(
    private readonly side: number,
    private readonly changed: (strokes: readonly Stroke[], done: boolean) => void,
  ) {
    this.root.append(this.canvas, el("span", { class: "quiet pad-hint" }, "Draw here"));
    this.root.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.root.setPointerCapture(event.pointerId);
      this.drawing = true;
      this.strokes.push([this.at(event)]);
      this.show(false);
    });
    this.root.addEventListener("pointermove", (event) => {
      if (!this.drawing) return;
      // All the places between two frames, so that a quick hand draws round curves.
      const events = event.getCoalescedEvents?.() ?? [event];
      for (const one of events.length ? events : [event]) {
        this.strokes[this.strokes.length - 1].push(this.at(one));
      }
      this.show(false);
    });
    for (const name of ["pointerup", "pointercancel"] as const) {
      this.root.addEventListener(name, () => {
        if (!this.drawing) return;
        this.drawing = false;
        this.show(true);
      });
    }
  }

  clear(): void {
    this.strokes = [];
    this.show(true);
  }

  draw(): void {
    const { clientWidth: side } = this.root;
    if (side < 2) return;
    const ratio = fitCanvas(this.canvas, side, side);
    const context = flat(this.canvas);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, side, side);
    context.strokeStyle = "#ffffff";
    drawStrokes(context, this.strokes, side, penWidth(Math.max(20, this.side)) * 1.1);
    this.root.classList.toggle("empty", this.strokes.length === 0);
  }

  private at(event: PointerEvent): [number, number] {
    const box = this.root.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  private show(done: boolean): void {
    this.draw();
    this.changed(this.strokes, done);
  }
}
