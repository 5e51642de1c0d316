/** Where the prior draws and no item is: a shade, hatched so that it is not told by colour alone. */
import { el, flat } from "../dom";
import { parsed, type Theme } from "../theme";
import type { Context } from "./context";

/** Pixels of the picture to one cell, and to one line of the hatching with its gap. */
const FINE = 6;
const PERIOD = 12;
const MOST = 0.75;
/** What is fainter than this is no hole that one would see. */
const LEAST = 0.04;

interface Told {
  rows: number;
  columns: number;
  low: [number, number];
  high: [number, number];
  /** rows × columns bytes, the lowest row first, as base64. */
  shares: string;
}

export class Holes {
  private readonly told: Told;
  readonly shares: Uint8Array;
  private painted: { canvas: HTMLCanvasElement; accent: string } | null = null;

  constructor(said: string) {
    this.told = JSON.parse(said) as Told;
    this.shares = Uint8Array.from(atob(this.told.shares), (letter) => letter.charCodeAt(0));
  }

  draw(context: CanvasRenderingContext2D, ctx: Context, strength: number): void {
    const { model, stage } = ctx;
    const { low, high } = this.told;
    const [left, bottom] = stage.seen(...model.scene.toUnit(...low));
    const [right, top] = stage.seen(...model.scene.toUnit(...high));
    context.globalAlpha = strength;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.picture(ctx.theme()), left, top, right - left, bottom - top);
  }

  private picture({ accent }: Theme): HTMLCanvasElement {
    if (this.painted?.accent !== accent) this.painted = { canvas: this.paint(accent), accent };
    return this.painted.canvas;
  }

  private paint(accent: string): HTMLCanvasElement {
    const { rows, columns } = this.told;
    const [width, height] = [FINE * columns, FINE * rows];
    const canvas = el("canvas", { width, height });
    const context = flat(canvas);
    const picture = context.createImageData(width, height);
    const [red, green, blue] = parsed(accent);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const share = shareAt(this.shares, rows, columns, (x + 0.5) / width, 1 - (y + 0.5) / height);
        picture.data.set([red, green, blue, 255 * inkAt(x, y, share)], 4 * (y * width + x));
      }
    }
    context.putImageData(picture, 0, 0);
    return canvas;
  }
}

/** How strongly a pixel of the hatching is inked where the share of holes is `share`, 0 to 1. */
export function inkAt(x: number, y: number, share: number): number {
  if (share < LEAST) return 0;
  const line = (x + y) % PERIOD < PERIOD / 4 ? 1 : 0.3;
  return MOST * line * Math.sqrt(share);
}

/** The share between the middles of cells, at a place of the rectangle, 0 to 1 from its low corner. */
export function shareAt(
  shares: Uint8Array,
  rows: number,
  columns: number,
  u: number,
  v: number,
): number {
  const [column, right] = between(u, columns);
  const [row, up] = between(v, rows);
  const at = (r: number, c: number): number =>
    shares[Math.min(rows - 1, r) * columns + Math.min(columns - 1, c)];
  const low = at(row, column) * (1 - right) + at(row, column + 1) * right;
  const high = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right;
  return (low * (1 - up) + high * up) / 255;
}

/** The cell whose middle comes before a place, and how far it is from there to the next middle. */
function between(share: number, cells: number): [cell: number, part: number] {
  const along = Math.min(cells - 1, Math.max(0, share * cells - 0.5));
  return [Math.floor(along), along - Math.floor(along)];
}
