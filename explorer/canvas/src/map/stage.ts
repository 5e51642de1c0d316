/**
 * The layers of the map and what part of it is seen: shading, points, and what is drawn over them.
 *
 * A light map is drawn anew in every frame. A heavy one (many points on a slow machine) follows the
 * hand as a picture that is moved and enlarged, and is drawn anew where the hand comes to rest.
 */
import { el, fitCanvas, flat } from "../dom";
import { parsed, type Theme } from "../theme";
import { FULL, kept, resized, shift, toScreen, wholeView, zoomOf, type Frame, type View } from "../view";
import type { MapModel } from "./model";
import { pointOpacity, pointSize, type Renderer } from "./renderer";

/** A drawing that takes longer than this many milliseconds does not fit between two frames. */
const HEAVY = 60;
const REST = 110;
/** A drawing that fails is tried again so often. */
const MOST_FAILURES = 3;
/** Points are shaded beneath where they are drawn fainter than this. */
const CROWDED = 0.55;

interface Look {
  size: number;
  opacity: number;
  /** Differs where anything differs that styles are made of. */
  key: string;
}

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

export class Stage {
  readonly root = el("div", { class: "layers" });
  view: View = wholeView(1, 1);
  frame: Frame;
  /** Nobody has panned or zoomed: the whole map stays the whole map in any window. */
  whole = true;
  private readonly under = el("canvas", { class: "layer" });
  private readonly points = el("canvas", { class: "layer" });
  private readonly over = el("canvas", { class: "layer" });
  private shading: HTMLCanvasElement | null = null;
  private renderer: Renderer | null = null;
  private drawn: View = this.view;
  private busy = false;
  /** Points or their styles changed since they were handed to the renderer. */
  private stale = true;
  private opacity = 1;
  private cost = 0;
  private moved = 0;
  private ticket = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private styled = "";
  private failures = 0;
  private gone = false;

  constructor(
    readonly model: MapModel,
    private theme: Theme,
    private readonly drawOver: (context: CanvasRenderingContext2D, view: View) => void,
  ) {
    this.root.append(this.under, this.points, this.over);
    this.frame = { ...FULL, extent: model.scene.extent };
  }

  get zoom(): number {
    return zoomOf(this.view, this.frame);
  }

  /** How the points are drawn; "plain" is slower and for fewer of them. */
  get kind(): Renderer["kind"] | null {
    return this.renderer?.kind ?? null;
  }

  start(make: (canvas: HTMLCanvasElement) => Renderer): void {
    this.renderer = make(this.points);
    this.restyle();
  }

  /** Begin anew on a fresh surface, as after the graphics context was lost. */
  restart(make: (canvas: HTMLCanvasElement) => Renderer): void {
    this.renderer?.destroy();
    this.busy = false;
    this.styled = "";
    this.start(make);
  }

  resize(width: number, height: number): void {
    if (width < 2 || height < 2) return;
    if (width === this.view.width && height === this.view.height) return;
    this.view = this.whole
      ? wholeView(width, height, this.frame)
      : resized(this.view, width, height, this.frame);
    for (const layer of [this.under, this.over]) fitCanvas(layer, width, height);
    if (this.renderer?.kind !== "webgl") fitCanvas(this.points, width, height);
    this.moved = 0;
    this.repaint();
  }

  /** Something else covers the window at its sides now. */
  setInset(inset: Frame["inset"]): void {
    if (JSON.stringify(inset) === JSON.stringify(this.frame.inset)) return;
    this.frame = { ...this.frame, inset };
    if (this.whole) this.lookAtAll();
  }

  look(view: View): void {
    this.whole = false;
    this.view = kept(view, this.frame);
    this.moved = performance.now();
    this.repaint();
  }

  lookAtAll(): void {
    this.view = wholeView(this.view.width, this.view.height, this.frame);
    this.whole = true;
    this.repaint();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.shading = null;
    this.repaint();
  }

  /** Points have other styles now: another colouring, selection or filter. */
  restyle(): void {
    this.stale = true;
    this.repaint();
  }

  /** Draw everything that has changed, in the next frame. */
  repaint(): void {
    if (this.ticket || this.gone) return;
    this.ticket = requestAnimationFrame(() => {
      this.ticket = 0;
      if (this.gone || this.view.width < 2) return;
      this.paintUnder();
      this.paintPoints();
      this.paintOver();
    });
  }

  private paintOver(): void {
    const context = flat(this.over);
    const ratio = this.over.width / this.view.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    this.drawOver(context, this.view);
  }

  private paintPoints(): void {
    if (!this.renderer) return;
    this.shiftPoints();
    const look = this.lookOf();
    if (this.busy || (!this.stale && this.drawn === this.view && look.key === this.styled)) return;
    const resting = performance.now() - this.moved >= REST;
    if (this.cost > HEAVY && !resting && !this.stale) {
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.repaint(), REST + 10);
      return;
    }
    void this.drawPoints(this.renderer, look);
  }

  private async drawPoints(renderer: Renderer, look: Look): Promise<void> {
    const [target, stale, began] = [this.view, this.stale, performance.now()];
    this.busy = true;
    this.stale = false;
    const { model } = this;
    let failed = false;
    if (look.key !== this.styled) {
      this.styled = look.key;
      this.opacity = look.opacity;
      renderer.setStyles(model.styles(this.theme.scheme, look.opacity), look.size);
    }
    try {
      await (stale
        ? renderer.setPoints(
            { places: model.scene.points, styleOf: (index) => model.styleOf(index) },
            target,
          )
        : renderer.draw(target));
    } catch (error) {
      // Destroyed or lost while it was drawing: whoever did that begins anew.
      console.debug("The map was not drawn", error);
      failed = true;
    }
    if (this.gone || renderer !== this.renderer) return;
    this.failures = failed ? this.failures + 1 : 0;
    if (failed && this.failures <= MOST_FAILURES) {
      this.stale ||= stale;
      this.styled = "";
    }
    this.drawn = target;
    this.shiftPoints();
    // A graphics processor works on after the call: two frames later it has caught up.
    await nextFrame();
    await nextFrame();
    this.cost = performance.now() - began;
    this.busy = false;
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
    this.repaint();
  }

  /** How points look from here; rounded, so that it changes only when one would see it. */
  private lookOf(): Look {
    const { view, model } = this;
    const size = pointSize(model.scene.count, this.zoom);
    const [halfWidth, halfHeight] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
    const inView = model.grid.countIn(
      view.u - halfWidth,
      view.v - halfHeight,
      view.u + halfWidth,
      view.v + halfHeight,
    );
    const opacity = pointOpacity(inView, size, view.width * view.height);
    const shown = { size: Math.round(size * 4) / 4, opacity: Math.round(opacity * 20) / 20 };
    const about = [shown.size, shown.opacity, model.version, this.theme.scheme];
    return { ...shown, key: `${about.join()} ${[...model.hidden].join()}` };
  }

  private shiftPoints(): void {
    const { x, y, scale } = shift(this.drawn, this.view);
    const still = this.drawn === this.view || this.drawn.width < 2;
    this.points.style.transform = still ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
  }

  /** A quiet shade beneath a crowd, so that dense and very dense can be told apart. */
  private paintUnder(): void {
    const context = flat(this.under);
    const ratio = this.under.width / this.view.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    if (this.opacity >= CROWDED || this.model.scene.count < 2) return;
    this.shading ??= shadingOf(this.model, this.theme);
    const [left, top] = toScreen(this.view, -1, 1);
    const side = 2 * this.view.scale;
    context.globalAlpha = Math.min(1, (CROWDED - this.opacity) * 3);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.shading, left, top, side, side);
  }

  destroy(): void {
    this.gone = true;
    cancelAnimationFrame(this.ticket);
    clearTimeout(this.rest);
    this.renderer?.destroy();
    this.root.remove();
  }
}

/** The density of a map as a picture, dark on light or light on dark. */
export function shadingOf(model: MapModel, theme: Theme, most = 0.3): HTMLCanvasElement {
  const { side, shares } = model.density;
  const canvas = el("canvas", { width: side, height: side });
  const context = flat(canvas);
  const picture = context.createImageData(side, side);
  const [red, green, blue] = parsed(theme.text);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = 4 * ((side - 1 - row) * side + column);
      picture.data[at] = red;
      picture.data[at + 1] = green;
      picture.data[at + 2] = blue;
      picture.data[at + 3] = 255 * most * shares[row * side + column];
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}
