/** The map as a picture to take away: title, map, axes, legend and note, as PNG or as SVG. */
import { el, flat } from "../dom";
import { seen } from "../lens";
import { axesOf } from "../orbit";
import { backToFront } from "../order";
import { SvgContext } from "../svg";
import type { Context } from "./context";
import { widest, type Measure } from "./figure_words";
import { arranged, drawAxes, drawFrame, drawLegend, drawWords, type Arranged } from "./figure_parts";
import { PlainRenderer } from "./plain";
import { nearer, PLAIN_MOST } from "./renderer";
import { WebglRenderer } from "./webgl";

/** Of more points than these an SVG has a picture: readers of SVG grow slow. */
export const MOST_VECTORS = 20_000;
/** Pixels of a PNG, and of the points in an SVG, to one of the window. */
const SHARP = 2;

/** What is said of a map around it. */
export interface Words {
  title: string;
  note: string;
  /** What the axes of a plane are; null where they are nothing. */
  axes: [string, string] | null;
}

/** Draw the map and all around it; `points` draws those, in the window's own pixels. */
function drawAll(
  context: CanvasRenderingContext2D,
  ctx: Context,
  words: Words,
  room: Arranged,
  points: () => void,
): void {
  const theme = ctx.theme();
  const { stage } = ctx;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, room.width, room.height);
  context.save();
  context.translate(room.left, room.top);
  context.save();
  context.beginPath();
  context.rect(0, 0, stage.view.width, stage.view.height);
  context.clip();
  stage.paintBeneath(context);
  points();
  context.imageSmoothingEnabled = true;
  stage.paintAbove(context);
  context.restore();
  drawFrame(context, ctx);
  if (words.axes && !stage.deep) drawAxes(context, ctx, words.axes);
  drawLegend(context, ctx, room);
  context.restore();
  drawWords(context, ctx, words, room);
}

/** How wide a text is in the fonts that are here. */
function measured(): Measure {
  const ruler = flat(el("canvas"));
  return (text, font) => {
    ruler.font = font;
    return ruler.measureText(text).width;
  };
}

export async function pngOf(ctx: Context, words: Words): Promise<Blob> {
  const room = arranged(ctx, words, measured());
  const sheet = el("canvas", { width: SHARP * room.width, height: SHARP * room.height });
  const context = flat(sheet);
  context.scale(SHARP, SHARP);
  const { width, height } = ctx.stage.view;
  const points = pointsOf(ctx);
  drawAll(context, ctx, words, room, () => context.drawImage(points, 0, 0, width, height));
  return new Promise((resolve, reject) =>
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  );
}

export function svgOf(ctx: Context, words: Words): Blob {
  const measure = measured();
  const svg = new SvgContext(measure);
  // Who opens it may have none of our fonts, but a wider one.
  const room = arranged(ctx, words, (text, font) => Math.max(measure(text, font), widest(text, font)));
  const { width, height } = ctx.stage.view;
  drawAll(svg.context, ctx, words, room, () => {
    if (ctx.model.scene.count <= MOST_VECTORS) drawVectors(svg, ctx);
    else svg.drawImage(pointsOf(ctx), 0, 0, width, height);
  });
  const text = svg.document(room.width, room.height, words.title, words.note);
  return new Blob([text], { type: "image/svg+xml" });
}

/** All points, sharper than on the screen, on nothing. */
function pointsOf({ stage, model }: Context): HTMLCanvasElement {
  const { lens, inked: look, scheme } = stage;
  const canvas = el("canvas", { width: SHARP * lens.width, height: SHARP * lens.height });
  const fast = stage.kind === "webgl" && model.scene.count > PLAIN_MOST;
  const renderer = fast ? new WebglRenderer(canvas, () => undefined) : new PlainRenderer(canvas);
  renderer.setPoints(model.scene);
  const codes = model.styleCodes();
  renderer.setCodes(codes);
  renderer.setStyles(model.styles(scheme, look.opacity));
  renderer.setMoving(null);
  renderer.setOrder(orderOf(stage, model, codes));
  renderer.draw({ lens, size: look.size, share: 1, step: 1 });
  renderer.destroy();
  return canvas;
}

/** Those that are seen, each a circle. */
function drawVectors(svg: SvgContext, { stage, model }: Context): void {
  const { lens, inked: look, scheme } = stage;
  const codes = model.styleCodes();
  const { colours, opacities } = model.styles(scheme, look.opacity);
  const order = orderOf(stage, model, codes);
  for (let k = 0; k < model.scene.count; k++) {
    const index = order ? order[k] : k;
    const [x, y, near] = seen(lens, ...model.scene.at(index));
    const { size, ink } = nearer(near);
    const radius = (look.size * size) / 2;
    const opacity = Math.min(1, opacities[codes[index]] * ink);
    const inside = x > -radius && y > -radius && x < lens.width + radius && y < lens.height + radius;
    if (inside && opacity > 0) svg.circle(x, y, radius, colours[codes[index]], opacity);
  }
}

function orderOf(
  stage: Context["stage"],
  model: Context["model"],
  codes: Uint16Array,
): Uint32Array | null {
  if (!stage.deep) return null;
  const { back } = axesOf(stage.orbit);
  return backToFront(model.scene.points, back, (index) => codes[index] === model.classes);
}

