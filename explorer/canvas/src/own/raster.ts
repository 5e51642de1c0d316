/** From strokes of a pen to a small picture as the training data have them. */

export type Stroke = readonly (readonly [number, number])[];

/** How much of the picture a digit fills in MNIST: 20 of 28 pixels. */
const FILLED = 20 / 28;
const FINE = 8;

export interface Fit {
  scale: number;
  x: number;
  y: number;
}

/**
 * How to move and scale strokes (in 0 to 1) so that they fill a picture as in the training data: the
 * longer side of what is drawn fills `FILLED` of it, and its middle lies in the middle.
 *
 * A dot is not blown up to a disc: at most it doubles.
 */
export function fitted(strokes: readonly Stroke[]): Fit {
  const points = strokes.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const longer = Math.max(right - left, bottom - top);
  const scale = longer > 0 ? Math.min(2, FILLED / longer) : 1;
  return {
    scale,
    x: 0.5 - (scale * (left + right)) / 2,
    y: 0.5 - (scale * (top + bottom)) / 2,
  };
}

/** How thick a pen must be, as a share of the picture's side, to look like the training data's. */
export function penWidth(side: number): number {
  return side >= 20 ? 2.4 / side : 1.15 / side;
}

/** Draw strokes into a context whose picture is `side` pixels wide. */
export function drawStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
  width: number,
  fit: Fit = { scale: 1, x: 0, y: 0 },
): void {
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = width * side;
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach(([x, y], k) => {
      const [px, py] = [(fit.x + fit.scale * x) * side, (fit.y + fit.scale * y) * side];
      if (k) context.lineTo(px, py);
      else context.moveTo(px, py);
    });
    // A dot is a line too.
    if (stroke.length === 1) {
      const [x, y] = stroke[0];
      context.lineTo((fit.x + fit.scale * x) * side + 0.01, (fit.y + fit.scale * y) * side);
    }
    context.stroke();
  }
}

/** Average blocks of `FINE` × `FINE` pixels of one channel of RGBA. */
export function reduced(fine: Uint8ClampedArray, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const line = width * FINE;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = 0; dy < FINE; dy++) {
        for (let dx = 0; dx < FINE; dx++) {
          sum += fine[4 * ((y * FINE + dy) * line + x * FINE + dx)];
        }
      }
      out[y * width + x] = Math.round(sum / (FINE * FINE));
    }
  }
  return out;
}

/** The picture (height × width × channels bytes) that strokes make: bright ink on dark. */
export function rasterised(
  strokes: readonly Stroke[],
  [height, width, channels]: readonly [number, number, number],
): Uint8Array {
  const canvas = document.createElement("canvas");
  canvas.width = width * FINE;
  canvas.height = height * FINE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || strokes.length === 0) return new Uint8Array(height * width * channels);
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.strokeStyle = "#fff";
  drawStrokes(context, strokes, canvas.width, penWidth(width), fitted(strokes));
  const grey = reduced(context.getImageData(0, 0, canvas.width, canvas.height).data, width, height);
  if (channels === 1) return grey;
  const out = new Uint8Array(grey.length * channels);
  grey.forEach((value, i) => out.fill(value, i * channels, (i + 1) * channels));
  return out;
}
