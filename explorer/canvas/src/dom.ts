/** Small helpers to build elements; data only ever becomes text, never markup. */

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

const SVG = "http://www.w3.org/2000/svg";

/** Icons as strokes on a grid of 20 by 20. */
const ICONS = {
  probe: "M10 2v4M10 14v4M2 10h4M14 10h4M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z",
  turn: "M16.500 10.500c0 1.900-2.900 3.500-6.500 3.500s-6.500-1.600-6.500-3.500S6.400 7 10 7c2 0 3.800.500 5 1.300M15.300 5.300v3.200h-3.200M10 10.500h.010",
  pan: "M10 2.5v15M2.5 10h15M10 2.5 8 4.5M10 2.5l2 2M10 17.5l-2-2M10 17.5l2-2M2.5 10l2-2M2.5 10l2 2M17.5 10l-2-2M17.5 10l-2 2",
  box: "M3.5 6V3.5H6M9 3.5h2M14 3.5h2.5V6M16.5 9v2M16.5 14v2.5H14M11 16.5H9M6 16.5H3.5V14M3.5 11V9",
  lasso:
    "M10 3.5c-4 0-7 2-7 4.7 0 2.8 3 4.8 7 4.8s7-2 7-4.8c0-2.7-3-4.7-7-4.7ZM5.6 12c-1.2.8-1.4 2.2-.2 3 1 .7 1 1.8.2 2.5",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  whole: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4",
  pin: "M10 17.5c-3.5-4-5-6.3-5-8.8a5 5 0 0 1 10 0c0 2.5-1.5 4.8-5 8.8ZM10 7v3.400M8.3 8.700h3.400",
  copy: "M7 7h9.500v9.500H7ZM13 7V3.500H3.500V13H7",
  done: "M4 10.500 8 14.500 16 5.500",
  download: "M10 3.500v9M6.500 9l3.500 3.500L13.500 9M4 16.500h12",
  close: "M5 5l10 10M15 5 5 15",
  lock: "M5.5 9h9v7.5h-9ZM7.5 9V6.5a2.5 2.5 0 0 1 5 0V9",
  dice: "M4 4h12v12H4ZM7.5 7.5h.01M12.5 7.5h.01M10 10h.01M7.5 12.5h.01M12.5 12.5h.01",
  centre: "M10 3v14M3 10h14M10 8.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3Z",
  walk: "M3 15c2-6 4-6 5-2s3 3 4-3 3-6 5-4",
  draw: "M3 16.500c3.500.500 5-1.500 4-4s0-4.500 2.500-4 3 1 4.500-.500M12 6l3-3 2 2-3 3-2.500.500Z",
  play: "M6.5 4.5v11l9-5.5Z",
  pause: "M7 5v10M13 5v10",
  list: "M7 5.5h10M7 10h10M7 14.5h10M3.5 5.5h.01M3.5 10h.01M3.5 14.5h.01",
} as const;
export type Icon = keyof typeof ICONS;

export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A canvas of CSS size width × height that has a pixel of its own for each of the screen's. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): number {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return ratio;
}

/** To draw on; where what was drawn is read again, the browser keeps it out of the graphics memory. */
export function flat(canvas: HTMLCanvasElement, read = false): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: read });
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  return context;
}

/** Data as one readable line: control characters and direction overrides would break it. */
export function oneLine(text: string, longest = 200): string {
  const line = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}
