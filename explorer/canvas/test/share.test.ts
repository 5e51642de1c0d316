import { describe, expect, test } from "vitest";
import { enter, mapOf } from "../src/atlas";
import { eyeOf } from "../src/map/eye";
import { ticks } from "../src/map/figure_parts";
import { keyOf, widest, wrapped } from "../src/map/figure_words";
import { addressOf } from "../src/share/share";
import { escaped, short, SvgContext } from "../src/svg";
import { seeded } from "./random";

/** As wide as its letters are many. */
const measure = (text: string): number => text.length;

/** Every element of an XML text in order; throws where it is not well-formed. */
function parsed(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: ReturnType<typeof parsed> = [];
  const open: ReturnType<typeof parsed> = [];
  const plain = (text: string): string => {
    if (/[<&]/.test(text.replace(/&#\d+;/g, ""))) throw new SyntaxError(`not escaped: ${text}`);
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new SyntaxError("no letter");
    if (/[\ud800-\udfff]/u.test(text)) throw new SyntaxError("half a letter");
    return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  };
  const body = xml.replace(/^<\?xml [^?]*\?>/, "");
  let at = 0;
  for (const tag of body.matchAll(/<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g)) {
    const between = plain(body.slice(at, tag.index));
    if (open.length > 0) open[open.length - 1].text += between;
    at = tag.index + tag[0].length;
    const [, closes, name, told, empty] = tag;
    if (closes) {
      if (open.pop()?.name !== name) throw new SyntaxError(`${name} was not open`);
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const [, key, value] of told.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)) {
      if (key in attributes) throw new SyntaxError(`${key} twice`);
      attributes[key] = plain(value);
    }
    const one = { name, attributes, text: "" };
    found.push(one);
    if (!empty) open.push(one);
  }
  if (open.length > 0 || body.slice(at).trim()) throw new SyntaxError("it does not end");
  return found;
}

const HOSTILE = `<script>alert("1")</script> & 'x' \u0000\u0007\ud800 ]]> <!-- "`;

describe("an SVG", () => {
  test("is well-formed, whatever is written in it", () => {
    const svg = new SvgContext(measure);
    const context = svg.context;
    context.font = '600 13px "Source Sans", <evil>';
    context.fillStyle = `"/><script>`;
    context.fillText(HOSTILE, 1, 2);
    context.strokeText(HOSTILE, 1, 2);
    const elements = parsed(svg.document(10, 20, HOSTILE, HOSTILE));
    expect(elements.map(({ name }) => name)).toEqual(["svg", "title", "desc", "text", "text"]);
    const kept = HOSTILE.replace("\u0000\u0007", "  ").replace("\ud800", "\ufffd");
    expect(elements[3].text).toBe(kept);
    expect(elements[1].text).toBe(kept);
  });

  test("has any text as it was, but for what no XML may hold", () => {
    const draw = seeded(7);
    for (let round = 0; round < 200; round++) {
      const text = Array.from({ length: 12 }, () => String.fromCharCode(draw() * 0x10000)).join("");
      const [one] = parsed(`<a>${escaped(text)}</a>`);
      expect(one.text.length).toBe(text.length);
    }
  });

  test("draws what a canvas does: lines, circles, dashes, faint and see-through colours", () => {
    const svg = new SvgContext(measure);
    const { context } = svg;
    context.beginPath();
    context.moveTo(0, 0);
    context.lineTo(10, 5.123);
    context.closePath();
    context.setLineDash([2, 6]);
    context.strokeStyle = "rgba(1, 2, 3, 0.5)";
    context.lineWidth = 2.5;
    context.globalAlpha = 0.5;
    context.stroke();
    context.beginPath();
    context.arc(5, 5, 3, 0, 2 * Math.PI);
    context.fillStyle = "#102030";
    context.fill();
    const [, , , line, dot] = parsed(svg.document(10, 10, "", ""));
    expect(line.attributes).toMatchObject({
      d: "M0 0L10 5.12Z", stroke: "rgb(1,2,3)", "stroke-opacity": "0.25", "stroke-dasharray": "2 6",
      "stroke-width": "2.5", fill: "none",
    }); // prettier-ignore
    expect(dot.attributes).toMatchObject({ fill: "#102030", "fill-opacity": "0.5" });
    expect(dot.attributes.d).toBe("M8 5A3 3 0 0 1 2 5A3 3 0 0 1 8 5Z");
  });

  test("moves, turns and clips, and ends that where it is restored", () => {
    const svg = new SvgContext(measure);
    const { context } = svg;
    context.save();
    context.translate(10, 20);
    context.save();
    context.beginPath();
    context.rect(0, 0, 4, 4);
    context.clip();
    context.fillRect(1, 1, 2, 2);
    context.restore();
    context.rotate(-Math.PI / 2);
    context.fillText("up", 0, 0);
    context.restore();
    context.fillRect(0, 0, 1, 1);
    const elements = parsed(svg.document(1, 1, "", ""));
    const drawn = elements.filter(({ name }) => ["rect", "text"].includes(name));
    expect(drawn.map(({ attributes }) => attributes.transform)).toEqual([
      "matrix(1 0 0 1 10 20)",
      "matrix(0 -1 1 0 10 20)",
      undefined,
    ]);
    expect(elements.find(({ name }) => name === "g")?.attributes["clip-path"]).toBe("url(#clip1)");
  });

  test("puts letters where a canvas does, by their size", () => {
    const svg = new SvgContext(measure);
    const { context } = svg;
    Object.assign(context, { font: "600 20px Inter, sans-serif", textAlign: "center", textBaseline: "middle" });
    expect(context.measureText("four").width).toBe(4);
    context.fillText("four", 10, 10);
    const [, , , text] = parsed(svg.document(1, 1, "", ""));
    expect(text.attributes).toMatchObject({
      x: "10", y: "17", "text-anchor": "middle", "font-size": "20", "font-weight": "600",
      "font-family": "Inter, sans-serif",
    }); // prettier-ignore
  });

  test("holds pictures, and crisp ones stay so", () => {
    const svg = new SvgContext(measure);
    const { context } = svg;
    const picture = { width: 8, height: 8, toDataURL: () => "data:image/png;base64,AA==" };
    context.imageSmoothingEnabled = false;
    context.drawImage(picture as never, 1, 2, 16, 16);
    const [, , , image] = parsed(svg.document(1, 1, "", ""));
    expect(image.attributes).toMatchObject({ href: "data:image/png;base64,AA==", width: "16" });
    expect(image.attributes.style).toContain("pixelated");
  });

  test("does nothing where a layer calls what it does not know", () => {
    const { context } = new SvgContext(measure);
    expect(() => context.createConicGradient(0, 0, 0)).not.toThrow();
  });

  test("has short numbers, and none that is no number", () => {
    expect([1.23456, -0.001, 5, NaN, Infinity].map(short)).toEqual(["1.23", "0", "5", "0", "0"]);
  });
});

describe("a figure", () => {
  test("has even ticks inside of what is seen", () => {
    expect(ticks(-1.05, 1.02, 5)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticks(3, 3)).toEqual([]);
    expect(ticks(NaN, 1)).toEqual([]);
    const draw = seeded(3);
    for (let round = 0; round < 100; round++) {
      const low = (draw() - 0.5) * 1000;
      const high = low + 10 ** (6 * draw() - 3);
      const found = ticks(low, high);
      expect(found.length).toBeGreaterThan(1);
      expect(found.length).toBeLessThanOrEqual(8);
      const rounding = 1e-9 * Math.max(1, Math.abs(low));
      expect(found.every((at) => at >= low - rounding && at <= high + rounding)).toBe(true);
    }
  });

  test("has its note in lines that are no wider than it, and no more than there is room for", () => {
    const words = "one two three four five six";
    expect(wrapped(words, 9, measure)).toEqual(["one two", "three", "four five", "six"]);
    expect(wrapped(words, 9, measure, 2)).toEqual(["one two", "three …"]);
    expect(wrapped("", 9, measure)).toEqual([]);
    expect(wrapped("unbreakably", 3, measure)).toEqual(["unbreakably"]);
    // What says that it goes on has room as well.
    expect(wrapped(words, 9, measure, 3)).toEqual(["one two", "three", "four …"]);
  });

  test("leaves room for letters wider than those of its own font", () => {
    const font = '600 10px "Source Sans", sans-serif';
    expect(widest("four", font)).toBeCloseTo(24);
    expect(widest("漢字", font)).toBe(20);
    expect(widest("", font)).toBe(0);
  });

  test("has a key of its pins in few lines, and says how many have no room", () => {
    const fit = (text: string, most: number): string[] => wrapped(text, 14, measure, most);
    expect(keyOf([], fit)).toEqual([]);
    const long = "wide and very wide indeed";
    expect(keyOf([[2, "a six"], [3, long]], fit)).toEqual(["Pin 2: a six", "Pin 3: wide", "and very …"]); // prettier-ignore
    const notes = Array.from({ length: 12 }, (_, k): [number, string] => [k + 1, "x"]);
    expect(keyOf(notes.slice(0, 6), fit).at(-1)).toBe("Pin 6: x");
    expect(keyOf(notes, fit)).toHaveLength(6);
    expect(keyOf(notes, fit).at(-1)).toBe("and 7 more notes of pins");
  });
});

test("a link is this page with its own parameters alone", () => {
  const at = { origin: "http://a:1", pathname: "/x/clusters" };
  expect(addressOf({ model: "run:a b&c", s: "1.-_A" }, at)).toBe(
    "http://a:1/x/clusters?model=run%3Aa+b%26c&s=1.-_A",
  );
});

test("where one looks is told by zoom and place on a plane, and as the eye stands in space", () => {
  const camera = { zoom: 2, u: 0.1, v: 0.2 };
  const orbit = { width: 1, height: 1, yaw: 1, pitch: 0.5, zoom: 3, target: [4, 5, 6] as const };
  expect(eyeOf({ whole: false, deep: false, orbit, camera })).toEqual({ whole: false, ...camera });
  expect(eyeOf({ whole: true, deep: true, orbit, camera })).toEqual({
    whole: true, zoom: 3, u: 4, v: 5, w: 6, yaw: 1, pitch: 0.5,
  }); // prettier-ignore
});

test("a map is found while it is on the page, and the one that came last", () => {
  const [one, other] = [{}, {}] as never[];
  const leave = enter("a", one);
  const go = enter("a", other);
  leave();
  expect(mapOf("a")).toBe(other);
  go();
  expect(mapOf("a")).toBeNull();
});
