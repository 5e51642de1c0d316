/** The layers of the map and what part of it is seen: shading, points, and what is drawn over them. */
import { el, fitCanvas, flat } from "../dom";
import { flatLens, seen, type Lens, type Seen } from "../lens";
import { caught, mixed, Moving } from "../moving";
import { orbitLens, wholeOrbit, type Ball, type Orbit } from "../orbit";
import { ROOM } from "../scales";
import { reducedMotion, type Theme } from "../theme";
import {
  cameraOf, FULL, kept, resized, toScreen, mostView, wholeView, zoomOf, type Camera, type Frame, type View,
} from "../view"; // prettier-ignore
import { DeepFinder, FlatFinder, type Finder } from "./finder";
import type { MapModel } from "./model";
import { Painter } from "./painter";
import type { Renderer } from "./renderer";
import { drawFloor, shadingOf } from "./shading";

/** Points are shaded beneath where they are drawn fainter than this. */
const CROWDED = 0.55;

export class Stage {
  readonly root = el("div", { class: "layers" });
  view: View = wholeView(1, 1);
  /** Where one looks from at a map in space. */
  orbit: Orbit;
  frame: Frame;
  /** Nobody has panned or zoomed: what is seen of the map stays the same in any window. */
  private still: "most" | "all" | null = "most";
  private lensKept: Lens | null = null;
  private finderKept: Finder | null = null;
  private moving: Moving | null = null;
  private readonly under = el("canvas", { class: "layer" });
  private readonly points = el("canvas", { class: "layer" });
  private readonly over = el("canvas", { class: "layer" });
  private shading: HTMLCanvasElement | null = null;
  private readonly painter: Painter;
  private ticket = 0;
  private gone = false;

  constructor(
    readonly model: MapModel,
    private theme: Theme,
    private readonly drawOver: (context: CanvasRenderingContext2D) => void,
  ) {
    this.root.append(this.under, this.points, this.over);
    this.frame = { ...FULL, extent: model.scene.extent };
    this.orbit = wholeOrbit(1, 1, this.ball);
    this.painter = new Painter(this, this.points, () => this.repaint());
  }

  /** Whether the map lies in space, and not on a plane. */
  get deep(): boolean {
    return this.model.scene.dims === 3;
  }

  get zoom(): number {
    return this.deep ? this.orbit.zoom : zoomOf(this.view, this.frame);
  }

  get lens(): Lens {
    const { deep, orbit, ball, view } = this;
    return (this.lensKept ??= deep ? orbitLens(orbit, ball) : flatLens(view));
  }

  get ball(): Ball {
    const { bulk, radius } = this.model.scene;
    return { ...bulk, reach: radius, inset: this.frame.inset };
  }

  get camera(): Camera {
    const { zoom, target } = this.orbit;
    return this.deep ? { zoom, u: target[0], v: target[1] } : cameraOf(this.view, this.frame);
  }

  /** Looks points up where they are seen; on the way from map to map there is none. */
  get finder(): Finder | null {
    if (this.moving) return null;
    const { model, view, lens } = this;
    return (this.finderKept ??= this.deep
      ? new DeepFinder(model.scene, lens)
      : new FlatFinder(model.grid, view));
  }

  /** How points are drawn; "plain" is slower and for fewer of them. */
  get kind(): Renderer["kind"] | null {
    return this.painter.kind;
  }

  get scheme(): Theme["scheme"] {
    return this.theme.scheme;
  }

  /** How far along points are on their way from another map; 1 where they are there. */
  get share(): number {
    return this.moving?.share(performance.now()) ?? 1;
  }

  /** Where a place of the map is seen. */
  seen(u: number, v: number, w = 0): Seen {
    return seen(this.lens, u, v, w);
  }

  /** Where an item is seen, on its way too. */
  placeOf(index: number): Seen {
    const to = this.seen(...this.model.scene.at(index));
    return this.moving ? mixed(this.moving.start(index, this.lens), to, this.share) : to;
  }

  start(make: (canvas: HTMLCanvasElement) => Renderer): void {
    this.painter.start(make);
  }

  /** Where every point is seen now. */
  caught(): Float32Array {
    return caught(this.model.scene, this.lens, this.moving, performance.now());
  }

  /** The points lie elsewhere now: they go there from where they were seen, and all is looked at. */
  moved(from: Float32Array): void {
    this.moving = reducedMotion() ? null : new Moving(from);
    this.frame = { ...this.frame, extent: this.model.scene.extent };
    this.shading = null;
    this.painter.placed();
    this.painter.moved(this.moving);
    this.lookAt("most");
  }

  resize(width: number, height: number): void {
    if (width < 2 || height < 2) return;
    if (width === this.view.width && height === this.view.height) return;
    this.view = this.still
      ? this.stillView(width, height)
      : resized(this.view, width, height, this.frame);
    this.orbit = { ...this.orbit, width, height };
    for (const layer of [this.under, this.points, this.over]) fitCanvas(layer, width, height);
    this.painter.cleared();
    this.lookedElsewhere();
  }

  /** Something else covers the window at its sides now. */
  setInset(inset: Frame["inset"]): void {
    if (JSON.stringify(inset) === JSON.stringify(this.frame.inset)) return;
    this.frame = { ...this.frame, inset };
    if (this.still) this.lookAt(this.still);
    else this.lookedElsewhere();
  }

  /** Whether everything is seen. */
  get whole(): boolean {
    return this.still !== null && this.zoom <= 1;
  }

  look(view: View): void {
    this.still = null;
    this.view = kept(view, this.frame);
    this.painter.followed();
    this.lookedElsewhere();
  }

  turn(orbit: Orbit): void {
    this.still = null;
    this.orbit = orbit;
    this.painter.followed();
    this.lookedElsewhere();
  }

  /** See where nearly all points are, as at first, or everything. */
  lookAt(what: "most" | "all"): void {
    const { width, height } = this.view;
    this.still = what;
    this.view = this.stillView(width, height);
    this.orbit = wholeOrbit(width, height, this.ball);
    this.lookedElsewhere();
  }

  private stillView(width: number, height: number): View {
    const { frame, still } = this;
    if (still === "all") return wholeView(width, height, frame);
    const { middle, radius } = this.model.scene.bulk;
    // On a plane nothing turns into the window: the room around the ball is not needed.
    return mostView(width, height, frame, { middle, radius: (1.05 * radius) / ROOM });
  }

  private lookedElsewhere(): void {
    this.lensKept = this.finderKept = null;
    this.repaint();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.shading = null;
    this.repaint();
  }

  /** Points have other styles now: another colouring, selection or filter. */
  restyle(): void {
    this.painter.restyled();
    this.repaint();
  }

  /** Draw everything that has changed, in the next frame. */
  repaint(): void {
    if (this.ticket || this.gone) return;
    this.ticket = requestAnimationFrame(() => {
      this.ticket = 0;
      if (this.gone || this.view.width < 2) return;
      if (this.moving && this.share >= 1) {
        this.moving = null;
        this.painter.moved(null);
      }
      this.paintUnder(this.cleared(this.under));
      this.painter.paint(this.share);
      this.drawOver(this.cleared(this.over));
      if (!this.moving) return;
      // The first step is the most work: time runs when that is done.
      requestAnimationFrame((now) => this.moving?.begin(now));
      this.repaint();
    });
  }

  private cleared(layer: HTMLCanvasElement): CanvasRenderingContext2D {
    const context = flat(layer);
    const ratio = layer.width / this.view.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    return context;
  }

  /** Paint what lies beneath the points, and what lies over them, elsewhere: a window's size of it. */
  paintBeneath(context: CanvasRenderingContext2D): void {
    this.paintUnder(context);
    context.globalAlpha = 1;
  }

  paintAbove(context: CanvasRenderingContext2D): void {
    this.drawOver(context);
  }

  /** How large points are drawn now, in CSS pixels, and how opaque. */
  get inked(): { size: number; opacity: number } {
    return this.painter.look;
  }

  /** A quiet shade beneath a crowd, so that dense and very dense can be told apart; a floor in space. */
  private paintUnder(context: CanvasRenderingContext2D): void {
    const { count } = this.model.scene;
    // What is beneath comes when the points have come.
    context.globalAlpha = this.share ** 3;
    if (this.deep) {
      if (count > 1) drawFloor(context, this.model.scene, this.lens, this.theme);
      return;
    }
    const { opacity } = this.painter;
    if (opacity >= CROWDED || count < 2 || this.moving) return;
    this.shading ??= shadingOf(this.model, this.theme);
    const [left, top] = toScreen(this.view, -1, 1);
    const side = 2 * this.view.scale;
    context.globalAlpha = Math.min(1, (CROWDED - opacity) * 3);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.shading, left, top, side, side);
  }

  destroy(): void {
    this.gone = true;
    cancelAnimationFrame(this.ticket);
    this.painter.destroy();
    this.root.remove();
  }
}
