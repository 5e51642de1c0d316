/** What the model made of a point, on the screen: a crisp picture, or words with their certainty. */
import { el, flat } from "./dom";
import type { Body, Images, Text } from "./protocol";

/** One picture as a canvas takes it: opaque, and a grey one in three equal colours. */
export function asImageData({ pixels, width, height, channels }: Images, which = 0): ImageData {
  const picture = new ImageData(width, height);
  const from = which * width * height * channels;
  for (let i = 0; i < width * height; i++) {
    for (let colour = 0; colour < 3; colour++) {
      picture.data[4 * i + colour] = pixels[from + i * channels + Math.min(colour, channels - 1)];
    }
    picture.data[4 * i + 3] = 255;
  }
  return picture;
}

/** Whether each pixel of a picture is to be seen, as of all small ones; larger ones are smoothed. */
export function crisp({ width, height }: { width: number; height: number }): boolean {
  return Math.max(width, height) <= 64;
}

/** Draw one picture into a canvas of its own size, which CSS enlarges. */
function paint(canvas: HTMLCanvasElement, images: Images, which = 0): void {
  canvas.width = images.width;
  canvas.height = images.height;
  canvas.classList.toggle("fine", !crisp(images));
  if (images.width * images.height === 0) return;
  flat(canvas).putImageData(asImageData(images, which), 0, 0);
}

export function pictureOf(images: Images, which = 0): HTMLCanvasElement {
  const canvas = el("canvas", { class: "picture", role: "img", "aria-label": "decoded picture" });
  paint(canvas, images, which);
  return canvas;
}

/**
 * The words of a text; the less sure the model was of one, the fainter it is written.
 *
 * Tokens are pieces of the text in order: what stands between two is kept as it is.
 */
export function wordsOf(text: Text): HTMLElement {
  const shown = el("span", { class: "words" });
  let at = 0;
  text.tokens.forEach((token, index) => {
    const place = token ? text.text.indexOf(token, at) : -1;
    if (place < 0) return;
    shown.append(text.text.slice(at, place), word(token, text.p[index] ?? 1));
    at = place + token.length;
  });
  shown.append(text.text.slice(at));
  if (!text.text) shown.append(el("span", { class: "quiet" }, "No words"));
  return shown;
}

function word(token: string, p: number): HTMLElement {
  const shown = el("span", { class: "word" }, token);
  shown.style.opacity = (0.5 + 0.5 * Math.min(1, Math.max(0, p))).toFixed(2);
  return shown;
}

export function decoded(body: Body, which = 0): HTMLElement {
  if (body.kind === "images") return pictureOf(body, which);
  const text = body.texts[which];
  return text ? wordsOf(text) : el("span", { class: "quiet" }, "No words");
}

/** Show a decode in an element of ours, in place of the one before it. */
export function showIn(place: HTMLElement, body: Body, which = 0): void {
  const picture = place.firstElementChild;
  // A picture is painted over: no element comes or goes sixty times a second.
  if (body.kind === "images" && picture instanceof HTMLCanvasElement) paint(picture, body, which);
  else place.replaceChildren(decoded(body, which));
}

/** Count what was shown on an element: tests wait for it. */
export function countAnswer(element: HTMLElement): void {
  element.dataset.answers = String(Number(element.dataset.answers ?? 0) + 1);
}

/** From here on a decode lies among items; and below, in the empty. */
const ASSURED = 0.6;
export const GUESS = 0.15;

/** How faintly a decode is shown: the less it can be trusted, the fainter. */
export function strength(trust: number): string {
  return (0.3 + 0.7 * Math.min(1, trust * 1.4)).toFixed(2);
}

/** How far a decode can be trusted, in plain words. */
export function trustWords(trust: number): string {
  if (trust >= ASSURED) return "Close to items";
  if (trust >= GUESS) return "Few items near";
  return "Empty here: a guess";
}
