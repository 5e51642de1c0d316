/**
 * The layers of the map and what part of it is seen: shading, points, and what is drawn over them.
 *
 * A light map is drawn anew in every frame. A heavy one (many points on a slow machine) follows the
 * hand as a picture that is moved and enlarged, and is drawn anew where the hand comes to rest.
 */
import { el, fitCanvas, flat } from "../dom";
import { parsed, type Theme } from "../theme";
import { kept, resized, shift, toScreen, wholeView, zoomOf, type View } from "../view";
import type { MapModel } from "./model";
import { PlainRenderer } from "./plain";
import { pointOpacity, pointSize, type Renderer } from "./renderer";

/** A drawing that takes longer than this many milliseconds does not fit between two frames. */
const HEAVY = 60;
const REST = 110;
/** Points are shaded beneath where they are drawn fainter than this. */
const CROWDED = 0.55;

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

export class Stage {
  readonly root = el("div", { class: "layers" });
  view: View = wholeView(1, 1);
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
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private styled = "";
  private gone = false;

  constructor(
    readonly model: MapModel,
    private theme: Theme,
    private readonly drawOver: (context: CanvasRenderingContext2D, view: View) => void,
  ) {
    this.root.append(this.under, this.points, this.over);
  }

  get zoom(): number {
    return zoomOf(this.view, this.model.scene.extent);
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
    this.start(make);
  }

  resize(width: number, height: number): void {
    if (width < 2 || height < 2) return;
    if (width === this.view.width && height === this.view.height) return;
    const first = this.view.width < 2;
    const { extent } = this.model.scene;
    this.view = first ? wholeView(width, height, extent) : resized(this.view, width, height, extent);
    for (const layer of [this.under, this.over]) fitCanvas(layer, width, height);
    if (this.renderer instanceof PlainRenderer || !this.renderer) {
      fitCanvas(this.points, width, height);
    }
    this.moved = 0;
    this.repaint();
  }

  look(view: View): void {
    this.view = kept(view, this.model.scene.extent);
    this.moved = performance.now();
    this.repaint();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.shading = null;
    this.styled = "";
    this.repaint();
  }

  /** Points have other styles now: another colouring, selection or filter. */
  restyle(): void {
    this.styled = "";
    this.stale = true;
    this.repaint();
  }

  /** Draw everything that has changed, in the next frame. */
  repaint(): void {
    if (this.frame || this.gone) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
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
    if (this.busy) return;
    const resting = performance.now() - this.moved >= REST;
    if (this.cost > HEAVY && !resting && !this.stale) {
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.repaint(), REST + 10);
      return;
    }
    void this.drawPoints(this.renderer);
  }

  private async drawPoints(renderer: Renderer): Promise<void> {
    const [target, stale, began] = [this.view, this.stale, performance.now()];
    this.busy = true;
    this.stale = false;
    this.setStyles(renderer);
    const key = this.styled;
    const { model } = this;
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
    }
    if (this.gone || renderer !== this.renderer) return;
    this.drawn = target;
    this.shiftPoints();
    // A graphics processor works on after the call: two frames later it has caught up.
    await nextFrame();
    await nextFrame();
    this.cost = performance.now() - began;
    this.busy = false;
    this.root.dataset.drawn = String(Number(this.root.dataset.drawn ?? 0) + 1);
    if (this.stale || key !== this.styled || this.view !== this.drawn) this.repaint();
  }

  private setStyles(renderer: Renderer): void {
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
    // Rounded: styles are sent only when one would see the difference.
    const [shownSize, shownOpacity] = [Math.round(size * 4) / 4, Math.round(opacity * 20) / 20];
    const key = `${shownSize} ${shownOpacity} ${[...model.hidden].join()} ${this.theme.scheme}`;
    if (key === this.styled) return;
    this.styled = key;
    this.opacity = shownOpacity;
    renderer.setStyles(model.styles(this.theme.scheme, shownOpacity), shownSize);
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
    cancelAnimationFrame(this.frame);
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
