/** The mark of what a visitor drew or typed: a diamond, unlike any point. */
import type { Theme } from "../theme";

const HALF = 8;

export function drawOwn(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  { accent, background, text, font }: Theme,
): void {
  context.beginPath();
  context.moveTo(x, y - HALF);
  context.lineTo(x + HALF, y);
  context.lineTo(x, y + HALF);
  context.lineTo(x - HALF, y);
  context.closePath();
  context.fillStyle = accent;
  context.strokeStyle = background;
  context.lineWidth = 2.5;
  context.fill();
  context.stroke();
  context.font = `600 13px ${font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeText("yours", x + HALF + 5, y);
  context.fillStyle = text;
  context.fillText("yours", x + HALF + 5, y);
}
