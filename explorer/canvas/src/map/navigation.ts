/** Moving over the map: every way to pan and zoom, and what follows from it. */
import { nearedAt, orbitOf, shiftedBy, squeezed, turnedBy, type Orbit } from "../orbit";
import { pannedBy, pinched, viewOf, zoomedAt, type Camera, type View } from "../view";
import { recall, store } from "./memory";
import type { Look } from "./eye";
import type { Stage } from "./stage";

type Point = readonly [number, number];

export class Navigation {
  constructor(
    private readonly stage: Stage,
    /** The map's name, under which its camera is remembered. */
    private readonly name: () => string,
    private readonly moved: () => void,
  ) {}

  look(view: View): void {
    this.stage.look(view);
    store("camera", this.name(), this.stage.camera);
    this.moved();
  }

  private orbitTo(orbit: Orbit): void {
    this.stage.turn(orbit);
    const { yaw, pitch, zoom, target } = orbit;
    store("camera", this.name(), { yaw, pitch, zoom, target });
    this.moved();
  }

  /** Go where one was on another visit to the page in this tab. */
  return(): void {
    const camera = recall<Camera & Partial<Orbit>>("camera", this.name());
    const { width, height } = this.stage.view;
    if (!camera) return;
    if (this.stage.deep) this.stage.turn(orbitOf(camera, width, height, this.stage.ball));
    else this.stage.look(viewOf(camera, width, height, this.stage.frame));
  }

  /** Look where Python says, and be found there on the next visit in this tab, too. */
  to(look: Look): void {
    const { deep, frame, view, ball } = this.stage;
    const { width, height } = view;
    if (look.whole) this.reset();
    else if (!deep) this.look(viewOf(look, width, height, frame));
    else this.orbitTo(orbitOf(look, width, height, ball));
  }

  zoom(factor: number, x?: number, y?: number): void {
    const { view, frame, orbit, ball, deep } = this.stage;
    const [left, top] = [x ?? view.width / 2, y ?? view.height / 2];
    if (deep) this.orbitTo(nearedAt(orbit, factor, left, top, ball));
    else this.look(zoomedAt(view, left, top, factor, frame));
  }

  /** Turn a map in space; pixels of the hand. */
  turn(dx: number, dy: number): void {
    this.orbitTo(turnedBy(this.stage.orbit, dx, dy, this.stage.ball));
  }

  pan(dx: number, dy: number): void {
    const { deep, orbit, ball } = this.stage;
    if (deep) this.orbitTo(shiftedBy(orbit, dx, dy, ball));
    else this.look(pannedBy(this.stage.view, dx, dy, this.stage.frame));
  }

  pinch(before: readonly [Point, Point], after: readonly [Point, Point]): void {
    const { deep, orbit, ball } = this.stage;
    if (deep) this.orbitTo(squeezed(orbit, before, after, ball));
    else this.look(pinched(this.stage.view, before, after, this.stage.frame));
  }

  goTo(u: number, v: number, w = 0): void {
    const { deep, orbit } = this.stage;
    if (deep) this.orbitTo({ ...orbit, target: [u, v, w] });
    else this.look({ ...this.stage.view, u, v });
  }

  /** Go to a place that is not in the window. */
  bringIn(u: number, v: number, w = 0): void {
    if (!Number.isFinite(u + v + w)) return;
    const { lens } = this.stage;
    const [x, y] = this.stage.seen(u, v, w);
    if (!(x >= 0 && y >= 0 && x <= lens.width && y <= lens.height)) this.goTo(u, v, w);
  }

  reset(): void {
    this.stage.lookAt("all");
    store("camera", this.name(), null);
    this.moved();
  }
}
