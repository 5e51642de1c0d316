/** Which points are where on the window: by their places on a flat map, by what is seen in space. */
import { Grid, type Accept } from "../grid";
import type { Lens } from "../lens";
import { seen } from "../lens";
import type { Scene } from "../scales";
import { toUnit, type View } from "../view";

export interface Finder {
  /** The accepted point at (x, y) of the window, within `reach` CSS pixels, or −1. */
  at(x: number, y: number, reach: number, accept: Accept): number;
  /** The accepted points in a polygon of the window (x0, y0, x1, y1, …), in rising order. */
  within(polygon: readonly number[], accept: Accept): Uint32Array;
  /** Whether an accepted point is in the window. */
  any(accept: Accept): boolean;
}

export class FlatFinder implements Finder {
  constructor(
    private readonly grid: Grid,
    private readonly view: View,
  ) {}

  at(x: number, y: number, reach: number, accept: Accept): number {
    const [u, v] = toUnit(this.view, x, y);
    return this.grid.nearest(u, v, reach / this.view.scale, accept);
  }

  within(polygon: readonly number[], accept: Accept): Uint32Array {
    const corners: number[] = [];
    for (let k = 0; k < polygon.length; k += 2) {
      corners.push(...toUnit(this.view, polygon[k], polygon[k + 1]));
    }
    return this.grid.inPolygon(corners, accept);
  }

  any(accept: Accept): boolean {
    const { width, height } = this.view;
    const [[left, top], [right, bottom]] = [toUnit(this.view, 0, 0), toUnit(this.view, width, height)];
    return this.grid.anyIn(left, bottom, right, top, accept);
  }
}

/** Of points this close together, in CSS pixels, the one in front is meant. */
const SAME = 5;

/** Looks points up as they are seen; the grid of that is built when it is first asked. */
export class DeepFinder implements Finder {
  private kept: Grid | null = null;

  constructor(
    private readonly scene: Scene,
    private readonly lens: Lens,
  ) {}

  at(x: number, y: number, reach: number, accept: Accept): number {
    const { grid, lens } = this;
    // The grid is square and the window is not: distances are those of the window.
    const [u, v] = this.toSquare(x, y);
    const [ru, rv] = [(2 * reach) / lens.width, (2 * reach) / lens.height];
    let [best, closest, nearest] = [-1, Infinity, 0];
    grid.visit(u - ru, v - rv, u + ru, v + rv, (index) => {
      const [px, py, near] = seen(lens, ...this.scene.at(index));
      const off = Math.hypot(px - x, py - y);
      if (off > reach || !accept(index)) return;
      const here = Math.max(off, SAME);
      if (here < closest || (here === closest && near > nearest)) {
        [best, closest, nearest] = [index, here, near];
      }
    });
    return best;
  }

  within(polygon: readonly number[], accept: Accept): Uint32Array {
    const corners: number[] = [];
    for (let k = 0; k < polygon.length; k += 2) {
      corners.push(...this.toSquare(polygon[k], polygon[k + 1]));
    }
    return this.grid.inPolygon(corners, accept);
  }

  any(accept: Accept): boolean {
    const { scene, lens } = this;
    for (let index = 0; index < scene.count; index++) {
      const [x, y] = seen(lens, ...scene.at(index));
      if (x >= 0 && y >= 0 && x <= lens.width && y <= lens.height && accept(index)) return true;
    }
    return false;
  }

  private toSquare(x: number, y: number): [number, number] {
    return [(2 * x) / this.lens.width - 1, 1 - (2 * y) / this.lens.height];
  }

  private get grid(): Grid {
    return (this.kept ??= new Grid(this.onWindow()));
  }

  private onWindow(): Float32Array {
    const { scene, lens } = this;
    const places = new Float32Array(2 * scene.count);
    for (let i = 0; i < scene.count; i++) {
      const [x, y] = seen(lens, ...scene.at(i));
      const inside = x >= 0 && y >= 0 && x <= lens.width && y <= lens.height;
      places[2 * i] = inside ? (2 * x) / lens.width - 1 : NaN;
      places[2 * i + 1] = inside ? 1 - (2 * y) / lens.height : NaN;
    }
    return places;
  }
}
