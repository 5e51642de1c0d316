/** The legend: what the colours mean, and which classes are drawn. */
import { el, icon, oneLine } from "../dom";
import { neutral, scaleColours } from "../palettes";
import { counted, shortNumber } from "../scales";
import type { Context } from "./context";

/** Classes beyond these are in the legend, but not each on a line of its own. */
const MOST_LINES = 60;

export class Legend {
  readonly root = el("section", { class: "panel legend", "aria-label": "Legend" });
  private readonly body = el("div", { class: "legend-body" });
  private readonly fold: HTMLButtonElement;

  constructor(
    private readonly ctx: Context,
    private readonly changed: () => void,
  ) {
    this.fold = el("button", { type: "button", class: "fold", "aria-expanded": "true" });
    this.fold.addEventListener("click", () => this.setFolded(!this.folded));
    this.root.append(this.fold, this.body);
  }

  get folded(): boolean {
    return this.root.classList.contains("folded");
  }

  setFolded(folded: boolean): void {
    this.root.classList.toggle("folded", folded);
    this.fold.setAttribute("aria-expanded", String(!folded));
  }

  /** Write the legend anew: other classes, other colours, or another theme. */
  fill(): void {
    const { colour } = this.ctx.meta();
    const several = colour.kind === "values" || colour.names.length > 1;
    this.root.hidden = !several;
    if (!several) return;
    const title = oneLine(colour.title);
    this.fold.title = title;
    this.fold.replaceChildren(icon("list"), el("span", {}, title));
    if (colour.kind === "values") this.body.replaceChildren(...this.scale());
    else this.body.replaceChildren(...this.lines(colour.names));
    this.recount();
  }

  /** Say of each class how many of its items pass the filter. */
  recount(): void {
    const { sizes, passing } = this.ctx.model;
    this.body.querySelectorAll("button").forEach((line, code) => {
      const [name, count] = line.querySelectorAll<HTMLElement>(".name, .count");
      count.textContent = counted(passing[code]);
      line.classList.toggle("none", passing[code] === 0);
      const among = passing[code] < sizes[code] ? ` of ${counted(sizes[code])}` : "";
      line.title = `${name.textContent}: ${counted(passing[code])}${among}\nClick to hide or show; double-click for this alone`;
    });
  }

  private lines(names: string[]): HTMLElement[] {
    const { model } = this.ctx;
    const colours = model.classColours(this.ctx.theme().scheme);
    const lines = names.slice(0, MOST_LINES).map((name, code) => {
      const swatch = el("span", { class: "swatch" });
      swatch.style.background = colours[code];
      const words = oneLine(name) || "(empty)";
      const line = el(
        "button",
        { type: "button", class: "line" },
        swatch,
        el("span", { class: "name" }, words),
        el("span", { class: "count" }),
      );
      line.setAttribute("aria-pressed", String(!model.hidden.has(code)));
      line.addEventListener("click", () => this.toggle(code));
      line.addEventListener("dblclick", () => this.alone(code));
      return line;
    });
    const left = names.length - lines.length;
    if (left > 0) lines.push(el("span", { class: "quiet" }, `and ${counted(left)} more`) as never);
    return lines;
  }

  private scale(): HTMLElement[] {
    const { colour } = this.ctx.meta();
    if (colour.kind !== "values") return [];
    const bar = el("div", { class: "bar" });
    bar.style.background = `linear-gradient(to right, ${scaleColours(colour.palette).join()})`;
    const ends = el(
      "div",
      { class: "ends" },
      el("span", {}, shortNumber(colour.low)),
      el("span", {}, shortNumber(colour.high)),
    );
    const unknown = this.ctx.model.sizes[this.ctx.model.classes - 1];
    if (unknown === 0) return [bar, ends];
    const swatch = el("span", { class: "swatch" });
    swatch.style.background = neutral(this.ctx.theme().scheme);
    const line = el("div", { class: "line" }, swatch, el("span", { class: "name" }, "unknown"));
    line.append(el("span", { class: "count" }, counted(unknown)));
    return [bar, ends, line];
  }

  private toggle(code: number): void {
    const { hidden } = this.ctx.model;
    if (!hidden.delete(code)) hidden.add(code);
    this.update();
  }

  /** This class alone; and all of them again where it is alone already. */
  private alone(code: number): void {
    const { model } = this.ctx;
    const others = Array.from({ length: model.classes }, (_, other) => other).filter(
      (other) => other !== code,
    );
    const already = others.every((other) => model.hidden.has(other));
    model.hidden.clear();
    if (!already) for (const other of others) model.hidden.add(other);
    this.update();
  }

  private update(): void {
    const { hidden } = this.ctx.model;
    [...this.body.querySelectorAll("button")].forEach((line, code) =>
      line.setAttribute("aria-pressed", String(!hidden.has(code))),
    );
    this.changed();
  }
}
