/** The sheet: two dimensions at once, as a grid of pictures that becomes finer by and by. */
import { asImageData } from "../decoded";
import { el, fitCanvas, flat } from "../dom";
import type { Images } from "../protocol";
import { valueAt } from "../scales";
import { Lane, type Decoder } from "./decoder";
import type { Dimension } from "./meta";

/** Pictures a side: each step is shown as soon as it is there. */
const STEPS = [5, 10, 20];
const PIECE = 100;

/** The latent points of a grid, row by row from the top: the second dimension rises upwards. */
export function gridPoints(
  z: readonly number[],
  across: Dimension,
  upwards: Dimension,
  side: number,
): number[][] {
  return Array.from({ length: side * side }, (_, cell) => {
    const point = [...z];
    point[across.index] = valueAt(across, ((cell % side) + 0.5) / side);
    point[upwards.index] = valueAt(upwards, 1 - (Math.floor(cell / side) + 0.5) / side);
    return point;
  });
}

export class Sheet {
  readonly root = el("section", { class: "sheet" });
  private readonly canvas = el("canvas", { class: "manifold", role: "img" });
  private readonly mark = el("div", { class: "here-mark", "aria-hidden": "true" });
  private readonly axes: [HTMLSelectElement, HTMLSelectElement];
  private version = 0;
  private z: readonly number[] = [];
  private drawnFor = "";

  constructor(
    private readonly decoder: Decoder,
    private readonly dims: readonly Dimension[],
    private readonly go: (values: readonly (readonly [number, number])[]) => void,
  ) {
    this.axes = [this.choice(0, "across"), this.choice(1, "upwards")];
    const board = el("div", { class: "board" }, this.canvas, this.mark);
    this.root.append(
      el("h3", {}, "Two dimensions at once: ", this.axes[0], " across, ", this.axes[1], " upwards"),
      board,
    );
    const follow = (event: PointerEvent): void => this.pointed(event);
    board.addEventListener("pointerdown", (event) => {
      board.setPointerCapture(event.pointerId);
      follow(event);
    });
    board.addEventListener("pointermove", (event) => event.buttons === 1 && follow(event));
  }

  private choice(first: number, what: string): HTMLSelectElement {
    const select = el("select", { "aria-label": `Dimension ${what}` });
    this.dims.forEach(({ name }, k) => select.append(el("option", { value: k }, name)));
    select.selectedIndex = Math.min(first, this.dims.length - 1);
    select.addEventListener("change", () => this.show(this.z));
    return select;
  }

  private get across(): Dimension {
    return this.dims[this.axes[0].selectedIndex];
  }

  private get upwards(): Dimension {
    return this.dims[this.axes[1].selectedIndex];
  }

  /** Follow z: the grid is drawn anew only where something besides its own two has changed. */
  show(z: readonly number[]): void {
    this.z = z;
    this.root.hidden = !this.decoder.live;
    if (this.root.hidden) return;
    const own = [this.across.index, this.upwards.index];
    const about = JSON.stringify([own, z.map((value, k) => (own.includes(k) ? 0 : value))]);
    this.place();
    if (about === this.drawnFor) return;
    this.drawnFor = about;
    // Faint until it is drawn for where z is now.
    this.root.setAttribute("aria-busy", "true");
    void this.draw(++this.version);
  }

  private async draw(version: number): Promise<void> {
    const piece = Math.min(PIECE, this.decoder.mostRows);
    for (const side of STEPS) {
      const points = gridPoints(this.z, this.across, this.upwards, side);
      const pictures: Images[] = [];
      for (let from = 0; from < points.length; from += piece) {
        const part = points.slice(from, from + piece);
        const body = await this.decoder.decode(Lane.sheet, part.flat(), part.length);
        const past = version !== this.version;
        if (body?.kind !== "images") {
          // What did not come is asked for again as soon as it can be.
          if (!past) this.drawnFor = "";
          return;
        }
        if (past && side !== STEPS[0]) return;
        pictures.push(body);
      }
      this.paint(pictures, side);
      // While z moves on, the coarse sheet follows it as fast as it can.
      if (version !== this.version) return;
      this.root.removeAttribute("aria-busy");
    }
  }

  private paint(parts: Images[], side: number): void {
    const { width, height } = parts[0];
    const sheet = el("canvas", { width: side * width, height: side * height });
    const context = flat(sheet);
    let cell = 0;
    for (const part of parts) {
      for (let which = 0; which < part.count; which++, cell++) {
        context.putImageData(asImageData(part, which), (cell % side) * width, Math.floor(cell / side) * height);
      }
    }
    const { clientWidth } = this.root;
    const size = Math.min(clientWidth, 560);
    const ratio = fitCanvas(this.canvas, size, size);
    const shown = flat(this.canvas);
    shown.setTransform(ratio, 0, 0, ratio, 0, 0);
    // Small pictures stay crisp; a fine grid is made smaller, and smoothly.
    shown.imageSmoothingEnabled = sheet.width > size * ratio;
    shown.drawImage(sheet, 0, 0, size, size);
    this.canvas.setAttribute("aria-label", `${side} by ${side} decoded pictures`);
    this.canvas.dataset.side = String(side);
    this.place();
  }

  private place(): void {
    const share = ({ index, low, high }: Dimension): number => (this.z[index] - low) / (high - low);
    this.mark.style.left = `${100 * share(this.across)}%`;
    this.mark.style.top = `${100 * (1 - share(this.upwards))}%`;
  }

  private pointed(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    if (box.width < 1) return;
    const inside = (share: number): number => Math.min(1, Math.max(0, share));
    const u = inside((event.clientX - box.left) / box.width);
    const v = 1 - inside((event.clientY - box.top) / box.height);
    this.go([
      [this.across.index, valueAt(this.across, u)],
      [this.upwards.index, valueAt(this.upwards, v)],
    ]);
  }
}
