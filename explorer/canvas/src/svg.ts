/**
 * What is drawn on a canvas, written as SVG: the same code draws both.
 *
 * Only what our layers use is here; whatever else one calls does nothing. Text is escaped, and loses
 * what no XML may hold.
 */
type Matrix = readonly [number, number, number, number, number, number];

interface Settings {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineJoin: string;
  lineCap: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  direction: string;
  imageSmoothingEnabled: boolean;
  dashes: number[];
  matrix: Matrix;
  /** Groups that are open, of clippings. */
  groups: number;
}

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
/** How far below a place letters stand, in their heights, by what of them is to be there. */
const DOWN: Record<string, number> = { top: 0.8, hanging: 0.8, middle: 0.35, bottom: -0.2 };
const ANCHOR: Record<string, string> = { center: "middle", right: "end", end: "end" };

export interface Picture {
  width: number;
  height: number;
  toDataURL(): string;
}

/** A number as short as it can be: a hundredth of a pixel is never seen. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : "0";
}

/** Text as XML may hold it. */
export function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A colour and how opaque it is: older readers of SVG know no rgba(). */
function inked(colour: string): [colour: string, alpha: number] {
  const parts = /^rgba?\(([^)]+)\)$/.exec(colour.trim());
  if (!parts) return [colour, 1];
  const [red, green, blue, alpha = 1] = parts[1].split(/[ ,/]+/).filter(Boolean).map(Number);
  return [`rgb(${red},${green},${blue})`, Number.isFinite(alpha) ? alpha : 1];
}

export class SvgContext {
  private now: Settings = {
    fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineJoin: "miter", lineCap: "butt",
    globalAlpha: 1, font: "10px sans-serif", textAlign: "start", textBaseline: "alphabetic",
    direction: "inherit", imageSmoothingEnabled: true, dashes: [], matrix: IDENTITY, groups: 0,
  }; // prettier-ignore
  private readonly before: Settings[] = [];
  private readonly out: string[] = [];
  private path = "";
  private clips = 0;

  /** `measure` tells how wide a text is in a font. */
  constructor(private readonly measure: (text: string, font: string) => number) {}

  /** As our layers know what they draw on. */
  get context(): CanvasRenderingContext2D {
    const { now } = this;
    return new Proxy(this as unknown as CanvasRenderingContext2D, {
      get: (_, name) => {
        if (typeof name === "string" && name in now) return this.now[name as keyof Settings];
        const own = this[name as keyof this];
        return typeof own === "function" ? own.bind(this) : () => undefined;
      },
      set: (_, name, value) => {
        if (typeof name === "string" && name in now) this.now = { ...this.now, [name]: value };
        return true;
      },
    });
  }

  save(): void {
    this.before.push(this.now);
    this.now = { ...this.now, groups: 0 };
  }

  restore(): void {
    const last = this.before.pop();
    if (!last) return;
    this.out.push("</g>".repeat(this.now.groups));
    // Groups that were open before are open still.
    this.now = last;
  }

  translate(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.now.matrix;
    this.now.matrix = [a, b, c, d, e + a * x + c * y, f + b * x + d * y];
  }

  rotate(angle: number): void {
    const [a, b, c, d, e, f] = this.now.matrix;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.now.matrix = [a * cos + c * sin, b * cos + d * sin, c * cos - a * sin, d * cos - b * sin, e, f];
  }

  setLineDash(dashes: number[]): void {
    this.now.dashes = dashes;
  }

  beginPath(): void {
    this.path = "";
  }

  moveTo(x: number, y: number): void {
    this.path += `M${short(x)} ${short(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path ? "L" : "M"}${short(x)} ${short(y)}`;
  }

  closePath(): void {
    if (this.path) this.path += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const at = (angle: number): string =>
      `${short(x + radius * Math.cos(angle))} ${short(y + radius * Math.sin(angle))}`;
    const r = `A${short(radius)} ${short(radius)} 0`;
    this.path += `${this.path ? "L" : "M"}${at(from)}`;
    const middle = from + Math.min(to - from, 2 * Math.PI) / 2;
    const end = from + Math.min(to - from, 2 * Math.PI);
    // Two halves: one arc cannot end where it began.
    this.path += `${r} 0 1 ${at(middle)}${r} 0 1 ${at(end)}`;
    if (to - from >= 2 * Math.PI) this.path += "Z";
  }

  fill(): void {
    this.write("path", { d: this.path, ...this.filled() });
  }

  stroke(): void {
    this.write("path", { d: this.path, fill: "none", ...this.stroked() });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.write("rect", { ...box(x, y, width, height), ...this.filled() });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.write("rect", { ...box(x, y, width, height), fill: "none", ...this.stroked() });
  }

  /** What is drawn from now on, until it is restored, is seen inside of the path alone. */
  clip(): void {
    const name = `clip${++this.clips}`;
    this.out.push(
      `<clipPath id="${name}"><path d="${this.path}"${this.moved()}/></clipPath><g clip-path="url(#${name})">`,
    );
    this.now.groups++;
  }

  fillText(text: string, x: number, y: number): void {
    this.letters(text, x, y, this.filled());
  }

  strokeText(text: string, x: number, y: number): void {
    this.letters(text, x, y, { fill: "none", ...this.stroked() });
  }

  measureText(text: string): { width: number } {
    return { width: this.measure(text, this.now.font) };
  }

  drawImage(picture: Picture, x: number, y: number, width = picture.width, height = picture.height): void {
    this.write("image", {
      ...box(x, y, width, height),
      preserveAspectRatio: "none",
      href: picture.toDataURL(),
      style: this.now.imageSmoothingEnabled ? undefined : "image-rendering:pixelated",
      opacity: this.now.globalAlpha < 1 ? short(this.now.globalAlpha) : undefined,
    });
  }

  /** One point of many: as short as it can be. */
  circle(x: number, y: number, radius: number, colour: string, opacity: number): void {
    this.out.push(
      `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" fill="${escaped(colour)}" ` +
        `fill-opacity="${short(opacity)}"${this.moved()}/>`,
    );
  }

  /** All of it, `width` by `height`, and what it is for who cannot see it. */
  document(width: number, height: number, title: string, about: string): string {
    const size = `width="${short(width)}" height="${short(height)}" viewBox="0 0 ${short(width)} ${short(height)}"`;
    return (
      `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">` +
      `<title>${escaped(title)}</title><desc>${escaped(about)}</desc>\n${this.out.join("\n")}\n</svg>\n`
    );
  }

  private letters(text: string, x: number, y: number, ink: Record<string, string | undefined>): void {
    const { font, textAlign, textBaseline, direction } = this.now;
    const [, weight = "400", size = "10", family = "sans-serif"] =
      /^(?:(\d+|bold|normal) )?([\d.]+)px (.*)$/.exec(font) ?? [];
    const down = (DOWN[textBaseline] ?? 0) * Number(size);
    const attributes = {
      x: short(x), y: short(y + down), "font-family": family, "font-size": size, "font-weight": weight,
      "text-anchor": ANCHOR[textAlign], direction: direction === "rtl" ? "rtl" : undefined, ...ink,
    }; // prettier-ignore
    this.write("text", attributes, escaped(text));
  }

  private filled(): Record<string, string | undefined> {
    const [colour, alpha] = inked(this.now.fillStyle);
    const opacity = alpha * this.now.globalAlpha;
    return { fill: colour, "fill-opacity": opacity < 1 ? short(opacity) : undefined };
  }

  private stroked(): Record<string, string | undefined> {
    const { strokeStyle, lineWidth, lineJoin, lineCap, dashes, globalAlpha } = this.now;
    const [colour, alpha] = inked(strokeStyle);
    const opacity = alpha * globalAlpha;
    return {
      stroke: colour,
      "stroke-width": short(lineWidth),
      "stroke-linejoin": lineJoin,
      "stroke-linecap": lineCap,
      "stroke-dasharray": dashes.length > 0 ? dashes.map(short).join(" ") : undefined,
      "stroke-opacity": opacity < 1 ? short(opacity) : undefined,
    };
  }

  private moved(): string {
    const { matrix } = this.now;
    if (matrix.every((part, k) => part === IDENTITY[k])) return "";
    return ` transform="matrix(${matrix.map((part) => Number(part.toFixed(4))).join(" ")})"`;
  }

  private write(tag: string, attributes: Record<string, string | undefined>, content = ""): void {
    const told = Object.entries(attributes)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => ` ${name}="${escaped(value ?? "")}"`);
    const whole = `<${tag}${told.join("")}${this.moved()}`;
    this.out.push(content ? `${whole}>${content}</${tag}>` : `${whole}/>`);
  }
}

function box(x: number, y: number, width: number, height: number): Record<string, string> {
  return { x: short(x), y: short(y), width: short(width), height: short(height) };
}
