/** Moving over the map: every way to pan and zoom, and what follows from it. */
import { cameraOf, pannedBy, pinched, toScreen, viewOf, zoomedAt, type Camera, type View } from "../view";
import { recall, store } from "./memory";
import type { Stage } from "./stage";

type Point = readonly [number, number];

export class Navigation {
  constructor(
    private readonly stage: Stage,
    /** The map's name, under which its camera is remembered. */
    private readonly name: string,
    private readonly moved: () => void,
  ) {}

  look(view: View): void {
    this.stage.look(view);
    store("camera", this.name, cameraOf(this.stage.view, this.stage.frame));
    this.moved();
  }

  /** Go where one was on another visit to the page in this tab. */
  return(): void {
    const camera = recall<Camera>("camera", this.name);
    const { width, height } = this.stage.view;
    if (camera) this.stage.look(viewOf(camera, width, height, this.stage.frame));
  }

  zoom(factor: number, x?: number, y?: number): void {
    const { view, frame } = this.stage;
    this.look(zoomedAt(view, x ?? view.width / 2, y ?? view.height / 2, factor, frame));
  }

  pan(dx: number, dy: number): void {
    this.look(pannedBy(this.stage.view, dx, dy, this.stage.frame));
  }

  pinch(before: readonly [Point, Point], after: readonly [Point, Point]): void {
    this.look(pinched(this.stage.view, before, after, this.stage.frame));
  }

  goTo(u: number, v: number): void {
    this.look({ ...this.stage.view, u, v });
  }

  /** Go to a place that is not in the window. */
  bringIn(u: number, v: number): void {
    if (!Number.isFinite(u + v)) return;
    const { view } = this.stage;
    const [x, y] = toScreen(view, u, v);
    if (x < 0 || y < 0 || x > view.width || y > view.height) this.goTo(u, v);
  }

  reset(): void {
    this.stage.lookAtAll();
    store("camera", this.name, null);
    this.moved();
  }
}
