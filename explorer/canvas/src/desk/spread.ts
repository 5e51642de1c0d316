/** The spread of a dimension under its slider: where the items lie. */
import { fitCanvas, flat } from "../dom";
import { trace } from "../marks";

/** Heights of bars as a closed outline, from the bottom left; share 1 is the full height. */
export function outline(spread: readonly number[], width: number, height: number): [number, number][] {
  const most = Math.max(1, ...spread);
  const step = width / Math.max(1, spread.length);
  const tops = spread.map((count, k): [number, number] => [
    (k + 0.5) * step,
    height - (count / most) * height,
  ]);
  return [[0, height], ...tops, [width, height]];
}

export function drawSpread(canvas: HTMLCanvasElement, spread: readonly number[], colour: string): void {
  const { clientWidth: width, clientHeight: height } = canvas.parentElement ?? canvas;
  if (width < 2 || height < 2) return;
  const ratio = fitCanvas(canvas, width, height);
  const context = flat(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  trace(context, outline(spread, width, height));
  context.fillStyle = colour;
  context.fill();
}
