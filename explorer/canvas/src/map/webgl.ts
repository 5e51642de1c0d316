/** Points by regl-scatterplot: it draws them; where one points, pans and selects is ours. */
import createScatterplot, { createRenderer, createSpatialIndex } from "regl-scatterplot";
import { el } from "../dom";
import { matrixOf, type View } from "../view";
import type { Styles } from "./model";
import type { Points, Renderer } from "./renderer";

const NEEDED = [
  "OES_texture_float",
  "OES_element_index_uint",
  "WEBGL_color_buffer_float",
  "EXT_float_blend",
];

/** Whether this browser can draw points by WebGL as regl-scatterplot needs it. */
export function hasWebgl(): boolean {
  const context = document.createElement("canvas").getContext("webgl");
  const able = context !== null && NEEDED.every((name) => context.getExtension(name) !== null);
  // Browsers keep few contexts alive: give this one back at once.
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return able;
}

type Scatterplot = ReturnType<typeof createScatterplot>;

export class WebglRenderer implements Renderer {
  readonly kind = "webgl";
  private readonly renderer: ReturnType<typeof createRenderer>;
  private readonly plot: Scatterplot;
  private width = 0;
  private height = 0;
  private drawing: Promise<void> = Promise.resolve();
  private changes: Parameters<Scatterplot["set"]>[0] | null = null;
  private destroyed = false;

  /** `lost` is called when the browser takes the graphics context away. */
  constructor(canvas: HTMLCanvasElement, lost: () => void) {
    const surface = el("canvas");
    this.renderer = createRenderer({ canvas: surface });
    surface.addEventListener("webglcontextlost", () => {
      if (!this.destroyed) lost();
    });
    // Parts of regl-scatterplot's own that we do not use would otherwise land in the page's body.
    const aside = el("div");
    this.plot = createScatterplot({
      canvas,
      renderer: this.renderer,
      width: 1,
      height: 1,
      aspectRatio: 1,
      pointSize: 2,
      pointScaleMode: "constant",
      colorBy: "valueZ",
      opacityBy: "valueZ",
      cameraIsFixed: true,
      deselectOnEscape: false,
      deselectOnDblClick: false,
      lassoInitiatorParentElement: aside,
      lassoLongPressIndicatorParentElement: aside,
    } as Parameters<typeof createScatterplot>[0]);
  }

  setStyles(styles: Styles, size: number): void {
    this.changes = {
      ...this.changes,
      pointColor: styles.colours,
      opacity: styles.opacities,
      pointSize: size,
    };
  }

  async setPoints(points: Points, view: View): Promise<void> {
    await this.drawing.catch(() => undefined);
    await this.apply(view);
    if (this.destroyed) return;
    const tape = new Tape(points);
    await this.hand(tape.rows);
    // Should the library one day read rows in another order, it gets real ones.
    if (!this.destroyed && !tape.wasRead) await this.hand(realRows(points));
  }

  async draw(view: View): Promise<void> {
    await this.apply(view);
    if (this.destroyed) return;
    await new Promise<void>((resolve) => {
      this.plot.subscribe("draw", () => resolve(), 1);
      this.see(view);
    });
  }

  private async hand(rows: number[][]): Promise<void> {
    // Looking points up is our grid's work: an index of one far point keeps it from building its own.
    const spatialIndex = await createSpatialIndex([[9, 9]], false);
    if (this.destroyed) return;
    this.drawing = this.plot.draw(rows, {
      spatialIndex,
      zDataType: "categorical",
      preventFilterReset: true,
    });
    await this.drawing;
  }

  private see(view: View): void {
    this.plot.view(matrixOf(view) as unknown as number[], { preventEvent: true });
  }

  /** Set what has changed and see what is to be seen, in one go: each change by itself draws all. */
  private async apply(view: View): Promise<void> {
    if (this.destroyed) return;
    if (view.width !== this.width || view.height !== this.height) {
      [this.width, this.height] = [view.width, view.height];
      this.renderer.resize(view.width, view.height);
      this.changes = { ...this.changes, width: view.width, height: view.height };
    }
    const { changes } = this;
    this.changes = null;
    if (changes) await this.plot.set(changes);
    if (!this.destroyed) this.see(view);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.plot.destroy();
    this.renderer.destroy();
  }
}

/**
 * Points as regl-scatterplot wants them, an array of rows, without building one.
 *
 * Five million small arrays would take half a gigabyte. It reads rows from first to last and each
 * of them once, so all can be one and the same, which moves on whenever its first number is read.
 */
class Tape {
  readonly rows: number[][];
  private next = 0;
  private index = -1;

  constructor(points: Points) {
    const { places } = points;
    const tape = this;
    const row = {
      length: 4,
      get 0(): number {
        tape.index = tape.next++;
        return there(places[2 * tape.index]);
      },
      get 1(): number {
        return there(places[2 * tape.index + 1]);
      },
      get 2(): number {
        return points.styleOf(tape.index);
      },
      3: 0,
    };
    this.rows = new Array(places.length / 2).fill(row) as number[][];
  }

  /** Whether every row was read once, in order. */
  get wasRead(): boolean {
    return this.next === this.rows.length;
  }
}

function realRows({ places, styleOf }: Points): number[][] {
  return Array.from({ length: places.length / 2 }, (_, index) => [
    there(places[2 * index]),
    there(places[2 * index + 1]),
    styleOf(index),
    0,
  ]);
}

/** A point that lies nowhere is drawn far outside. */
function there(place: number): number {
  return place === place ? place : 9;
}
