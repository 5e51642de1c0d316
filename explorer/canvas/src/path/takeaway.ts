/** What one can take away from a path: a GIF that moves, a PNG of all steps, a JSON with everything. */
import { pictureOf } from "../decoded";
import { el, flat } from "../dom";
import type { Body, Images } from "../protocol";
import { gif, type Frame } from "./gif";

const CELL = 112;
const GAP = 8;
/** Hundredths of a second a frame. */
const PAUSE = 14;

export function save(name: string, content: Blob): void {
  const link = el("a", { download: name, href: URL.createObjectURL(content) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** One picture enlarged by whole pixels, so that small ones stay crisp. */
function enlarged(images: Images, which: number): HTMLCanvasElement {
  const small = pictureOf(images, which);
  const factor = Math.max(1, Math.floor(CELL / small.width));
  const large = el("canvas", { width: small.width * factor, height: small.height * factor });
  const context = flat(large, true);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  return large;
}

function all(images: Images): HTMLCanvasElement[] {
  return Array.from({ length: images.count }, (_, which) => enlarged(images, which));
}

export function asGif(images: Images): Blob {
  const there = all(images).map((canvas): Frame => {
    const { width, height } = canvas;
    return { width, height, data: flat(canvas).getImageData(0, 0, width, height).data };
  });
  // There and back again, so that it moves without a jump.
  const frames = [...there, ...there.slice(1, -1).reverse()];
  return new Blob([gif(frames, PAUSE) as BlobPart], { type: "image/gif" });
}

export function asPng(images: Images): Promise<Blob> {
  const pictures = all(images);
  const [{ width, height }] = pictures;
  const sheet = el("canvas", {
    width: pictures.length * (width + GAP) + GAP,
    height: height + 2 * GAP,
  });
  const context = flat(sheet);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, sheet.width, sheet.height);
  pictures.forEach((picture, k) => context.drawImage(picture, GAP + k * (width + GAP), GAP));
  return new Promise((resolve, reject) =>
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}

export function asJson(about: object, body: Body): Blob {
  const shown =
    body.kind === "texts"
      ? { texts: body.texts.map(({ text }) => text) }
      : { pictures: Array.from({ length: body.count }, (_, which) => pixelsOf(body, which)) };
  const text = JSON.stringify({ ...about, ...shown }, null, 1);
  return new Blob([text], { type: "application/json" });
}

/** Row by row, 0 to 255; of a picture in colour each pixel is a list. */
function pixelsOf({ pixels, width, height, channels }: Images, which: number): unknown[] {
  const from = which * width * height * channels;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const at = from + (y * width + x) * channels;
      return channels === 1 ? pixels[at] : [...pixels.slice(at, at + channels)];
    }),
  );
}
