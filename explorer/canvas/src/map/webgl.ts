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

  async setPoints(points: Points, view: View): Promise<void> {
    await this.drawing.catch(() => undefined);
    await this.fit(view);
    if (this.destroyed) return;
    // Looking points up is our grid's work: an index of one far point keeps it from building its own.
    const spatialIndex = await createSpatialIndex([[9, 9]], false);
    this.see(view);
    this.drawing = this.plot.draw(asRows(points) as unknown as number[][], {
      spatialIndex,
      zDataType: "categorical",
      preventFilterReset: true,
    });
    await this.drawing;
  }

  setStyles(styles: Styles, size: number): void {
    void this.plot.set({
      pointColor: styles.colours,
      opacity: styles.opacities,
      pointSize: size,
    });
  }

  async draw(view: View): Promise<void> {
    await this.fit(view);
    if (this.destroyed) return;
    await new Promise<void>((resolve) => {
      this.plot.subscribe("draw", () => resolve(), 1);
      this.see(view);
    });
  }

  private see(view: View): void {
    this.plot.view(matrixOf(view) as unknown as number[], { preventEvent: true });
  }

  private async fit(view: View): Promise<void> {
    if (this.destroyed || (view.width === this.width && view.height === this.height)) return;
    [this.width, this.height] = [view.width, view.height];
    this.renderer.resize(view.width, view.height);
    await this.plot.set({ width: view.width, height: view.height });
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
 * Five million small arrays would take half a gigabyte; it reads each row once, so all of them can
 * be one and the same row, filled anew.
 */
function asRows(points: Points): unknown[] {
  const count = points.places.length / 2;
  const row = [0, 0, 0, 0];
  let last = "";
  return new Proxy([], {
    get(target, key) {
      if (key === "length") return count;
      if (typeof key !== "string") return Reflect.get(target, key);
      if (key === last) return row;
      const index = Number(key);
      if (!Number.isInteger(index)) return Reflect.get(target, key);
      last = key;
      const [u, v] = [points.places[2 * index], points.places[2 * index + 1]];
      // A point that lies nowhere is drawn far outside.
      row[0] = u === u ? u : 9;
      row[1] = v === v ? v : 9;
      row[2] = points.styleOf(index);
      return row;
    },
  });
}
