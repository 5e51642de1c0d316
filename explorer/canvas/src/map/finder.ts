/** Which points are where on the window: by their places on a flat map, by what is seen in space. */
import { Grid, type Accept } from "../grid";
import { seen, seenAll, type Lens } from "../lens";
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
  private gridKept: Grid | null = null;
  private placesKept: Float32Array | null = null;

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
    const { places } = this;
    for (let index = 0; index < this.scene.count; index++) {
      // What is outside of the window is NaN, and nothing's size.
      if (places[2 * index] <= 1 && accept(index)) return true;
    }
    return false;
  }

  private toSquare(x: number, y: number): [number, number] {
    return [(2 * x) / this.lens.width - 1, 1 - (2 * y) / this.lens.height];
  }

  private get grid(): Grid {
    return (this.gridKept ??= new Grid(this.places));
  }

  /** Where points are seen, −1 to 1 from side to side; NaN where that is not in the window. */
  private get places(): Float32Array {
    if (this.placesKept) return this.placesKept;
    const all = seenAll(this.scene, this.lens);
    const places = new Float32Array(2 * this.scene.count);
    for (let i = 0; i < this.scene.count; i++) {
      const [x, y] = [all[3 * i], all[3 * i + 1]];
      const inside = x >= -1 && x <= 1 && y >= -1 && y <= 1;
      places[2 * i] = inside ? x : NaN;
      places[2 * i + 1] = inside ? y : NaN;
    }
    return (this.placesKept = places);
  }
}
