/**
 * When and how points are drawn.
 *
 * A light map is drawn anew in every frame. A heavy one (many points on a slow machine) follows the
 * hand as a picture that is moved and enlarged, and is drawn anew where the hand comes to rest; what
 * no picture can follow, a turn in space or the way from map to map, is drawn with fewer points.
 */
import type { Moving } from "../moving";
import { backToFront, scattered } from "../order";
import { axesOf } from "../orbit";
import { shift, type View } from "../view";
import { pointOpacity, pointSize, type Renderer } from "./renderer";
import type { Stage } from "./stage";

/** A drawing that takes longer than this many milliseconds does not fit between two frames. */
const HEAVY = 60;
/** As long as frames of a map that turns should take, and the fewest points that are drawn for that. */
const SMOOTH = 40;
const FEWEST = 30_000;
const REST = 110;
/** Points are put in order anew where one has turned further than this (its cosine). */
const TURNED = { moving: Math.cos(0.2), resting: Math.cos(0.01) };
/** A drawing that fails is tried again so often. */
const MOST_FAILURES = 3;

interface Look {
  size: number;
  opacity: number;
  /** Differs where anything differs that styles are made of. */
  key: string;
}

export class Painter {
  opacity = 1;
  private renderer: Renderer | null = null;
  /** What must be handed to the renderer anew. */
  private readonly stale = { points: true, codes: true, moving: true };
  private moving: Moving | null = null;
  private drawn: { lens: unknown; view: View; step: number } | null = null;
  private styled = "";
  private codes: Uint16Array = new Uint16Array(0);
  /** How thin points were, and from where they were seen, when they were put in order. */
  private ordered: { step: number; back: readonly number[] | null } | null = null;
  /** Milliseconds that drawing all points takes, and by how many too many there are for a frame. */
  private cost = 0;
  /** Milliseconds that the last frame took in which a hand was followed with fewer points. */
  private frame = 0;
  private step = 1;
  private followedAt = -Infinity;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement,
    private readonly again: () => void,
  ) {}

  get kind(): Renderer["kind"] | null {
    return this.renderer?.kind ?? null;
  }

  start(make: (canvas: HTMLCanvasElement) => Renderer): void {
    this.renderer?.destroy();
    this.renderer = make(this.canvas);
    this.forget();
  }

  /** The renderer knows nothing, as one does that is new. */
  private forget(): void {
    this.stale.points = this.stale.codes = this.stale.moving = true;
    this.styled = "";
    this.drawn = null;
    this.ordered = null;
    this.again();
  }

  /** Points are on a way; null where they have come. */
  moved(moving: Moving | null): void {
    this.moving = moving;
    this.stale.moving = true;
    if (!moving) return;
    this.step = this.firstStep();
  }

  /** What the whole map costs is known from the last time it was drawn. */
  private firstStep(): number {
    return this.possible(Math.round(this.cost / SMOOTH));
  }

  private possible(step: number): number {
    return Math.max(1, Math.min(step, this.stage.model.scene.count / FEWEST));
  }

  /** Points lie elsewhere now. */
  placed(): void {
    this.stale.points = true;
    this.drawn = null;
    this.ordered = null;
  }

  restyled(): void {
    this.stale.codes = true;
  }

  /** The layer was cleared: there is no picture to go on with. */
  cleared(): void {
    this.drawn = null;
  }

  /** A hand moves the map. */
  followed(): void {
    const now = performance.now();
    if (now - this.followedAt > this.patience) this.step = this.firstStep();
    this.followedAt = now;
  }

  /** Draw what has changed; `share` as of `Stage`. */
  paint(share: number): void {
    const { renderer, stage } = this;
    if (!renderer) return;
    this.shiftPoints();
    const look = this.lookOf();
    const resting = performance.now() - this.followedAt >= this.patience && !this.moving;
    const step = resting || !(stage.deep || this.moving) ? 1 : this.step;
    const stale = this.stale.points || this.stale.codes || this.stale.moving || this.moving !== null;
    const same = this.drawn?.lens === stage.lens && this.drawn.step <= step;
    if (!stale && same && look.key === this.styled) return;
    if (!resting) this.restLater();
    if (this.drawn && this.cost > HEAVY && !resting && !stale && !stage.deep) return;
    this.draw(renderer, look, { share, step, resting });
  }

  /** Milliseconds after which a hand is at rest: longer than a frame takes that follows it. */
  private get patience(): number {
    return Math.max(REST, Math.min(4 * REST, 3 * this.frame));
  }

  private restLater(): void {
    clearTimeout(this.rest);
    this.rest = setTimeout(this.again, this.patience + 10);
  }

  private draw(renderer: Renderer, look: Look, how: { share: number; step: number; resting: boolean }): void {
    const { stage } = this;
    const { share, step, resting } = how;
    const began = performance.now();
    try {
      this.hand(renderer, look);
      this.order(renderer, step, resting ? TURNED.resting : TURNED.moving);
      renderer.draw({ lens: stage.lens, size: look.size, share, step });
      this.failures = 0;
    } catch (error) {
      // Lost while it was drawing: it is tried again, as whoever lost it begins anew.
      console.debug("The map was not drawn", error);
      if (this.failures++ < MOST_FAILURES) this.forget();
      return;
    }
    this.drawn = { lens: stage.lens, view: stage.view, step };
    this.shiftPoints();
    requestAnimationFrame(() => this.measured(performance.now() - began, step));
  }

  private hand(renderer: Renderer, look: Look): void {
    const { model, scheme } = this.stage;
    if (this.stale.points) renderer.setPoints(model.scene);
    if (this.stale.codes) {
      this.codes = model.styleCodes();
      this.ordered = null;
      renderer.setCodes(this.codes);
    }
    if (this.stale.moving) renderer.setMoving(this.moving);
    this.stale.points = this.stale.codes = this.stale.moving = false;
    if (look.key === this.styled) return;
    this.styled = look.key;
    this.opacity = look.opacity;
    renderer.setStyles(model.styles(scheme, look.opacity));
  }

  /** In space what is behind is drawn first, and what takes no part before all. */
  private order(renderer: Renderer, step: number, alike: number): void {
    const { stage, ordered, codes } = this;
    const { points, count } = stage.model.scene;
    const back = stage.deep ? axesOf(stage.orbit).back : null;
    const same = ordered?.step === step && Boolean(ordered.back) === Boolean(back);
    if (same && (!back || dot(back, ordered.back!) > alike)) return;
    const some = step > 1 ? scattered(count, step) : null;
    const dimmed = stage.model.classes;
    renderer.setOrder(back ? backToFront(points, back, (i) => codes[i] === dimmed, some) : some);
    this.ordered = { step, back };
  }

  /** A graphics processor works on after the call: by the next frame it has caught up. */
  private measured(milliseconds: number, step: number): void {
    if (step === 1) this.cost = milliseconds;
    else this.frame = milliseconds;
    if (step > 1 || milliseconds > SMOOTH) {
      if (milliseconds > 1.3 * SMOOTH) this.step = this.possible(this.step * 1.4);
      else if (milliseconds < SMOOTH / 2) this.step = this.possible(this.step / 1.2);
    }
    const { dataset } = this.stage.root;
    dataset.drawn = String(Number(dataset.drawn ?? 0) + 1);
    this.again();
  }

  get look(): { size: number; opacity: number } {
    return this.lookOf();
  }

  /** How points look from here; rounded, so that it changes only when one would see it. */
  private lookOf(): Look {
    const { view, model, zoom, deep, scheme } = this.stage;
    const { count } = model.scene;
    const size = pointSize(count, zoom);
    const opacity = pointOpacity(this.inView(), size, view.width * view.height);
    const shown = { size: Math.round(size * 4) / 4, opacity: Math.round(opacity * 20) / 20 };
    const about = [shown.opacity, model.version, scheme, deep];
    return { ...shown, key: `${about.join()} ${[...model.hidden].join()}` };
  }

  /** How many points share the window, roughly. */
  private inView(): number {
    const { model, view, deep, zoom } = this.stage;
    if (deep) return model.scene.count / Math.max(1, zoom) ** 1.5;
    if (this.moving) return model.scene.count;
    const [halfWidth, halfHeight] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
    const { u, v } = view;
    return model.grid.countIn(u - halfWidth, v - halfHeight, u + halfWidth, v + halfHeight);
  }

  /** Until it is drawn anew, a flat map is the picture of before, moved and enlarged. */
  private shiftPoints(): void {
    const { stage, drawn } = this;
    if (!drawn || drawn.lens === stage.lens || stage.deep || this.moving) {
      this.canvas.style.transform = "";
      return;
    }
    const { x, y, scale } = shift(drawn.view, stage.view);
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }

  destroy(): void {
    clearTimeout(this.rest);
    this.renderer?.destroy();
  }
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, part, k) => sum + part * other[k], 0);
}
