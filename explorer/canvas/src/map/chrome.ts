/** What floats over the map: tools, search, legend, status, zoom, minimap, the first hint. */
import { el } from "../dom";
import { counted } from "../scales";
import { Status } from "../status";
import type { Frame } from "../view";
import type { Context } from "./context";
import type { Tool } from "./gestures";
import { Legend } from "./legend";
import { Minimap } from "./minimap";
import type { Navigation } from "./navigation";
import { restChoice } from "./rest";
import { Hint, Remark } from "./hint";
import { Nothing } from "./nothing";
import { Search, Toolbar, zoomButtons } from "./toolbar";

/** Narrower than this, in CSS pixels, the map keeps only what is needed. */
const NARROW = 560;

export interface Wishes {
  choose(tool: Tool): void;
  rest(mode: number): void;
  search(query: string): void;
  /** Open the next of what was found, or the one before. */
  openFound(back: boolean): void;
  /** Give the keys back to the map. */
  focus(): void;
}

/** What of the drawing of paths floats over the map. */
type DrawParts = Record<"button" | "hint", HTMLElement>;

export class Chrome {
  readonly status = new Status();
  readonly hint: Hint;
  readonly remark = new Remark();
  readonly legend: Legend;
  readonly minimap: Minimap;
  private readonly nothing: Nothing;
  private readonly rest: HTMLElement | null;
  readonly toolbar: Toolbar;
  readonly search: Search | null;
  readonly parts: HTMLElement[];

  constructor(
    private readonly ctx: Context,
    navigation: Navigation,
    wishes: Wishes,
    private readonly drawing: DrawParts,
  ) {
    const meta = ctx.meta();
    this.hint = new Hint(meta.modality);
    this.legend = new Legend(ctx, () => {
      // A class that is hidden hides those of its points as well that are only dimmed.
      if (ctx.model.divided) ctx.stage.restyle();
      else ctx.stage.repaint();
    });
    this.minimap = new Minimap(ctx, (u, v) => navigation.goTo(u, v));
    this.nothing = new Nothing(ctx, () => {
      navigation.reset();
      wishes.focus();
    });
    this.toolbar = new Toolbar((tool) => wishes.choose(tool));
    this.search = meta.search
      ? new Search(
          meta.noun,
          (query) => wishes.search(query),
          (back) => wishes.openFound(back),
          () => wishes.focus(),
        )
      : null;
    this.rest = meta.open_rest ? restChoice((mode) => wishes.rest(mode)) : null;
    const zooms = zoomButtons(
      (factor) => navigation.zoom(factor),
      () => navigation.reset(),
    );
    this.parts = [
      el("div", { class: "left" }, this.toolbar.root, this.search?.root, drawing.button),
      this.legend.root,
      el("div", { class: "corner" }, this.status.root, this.rest),
      el("div", { class: "bottom-right" }, this.minimap.root, zooms),
      this.hint.root,
      this.nothing.root,
      this.remark.root,
      drawing.hint,
    ];
    this.parts.forEach(keepGestures);
    if (meta.compact) this.legend.setFolded(true);
    this.legend.fill();
  }

  /** The map lies in space, or on a plane: other tools, another hint. */
  lies(deep: boolean): void {
    this.toolbar.lies(deep);
    this.hint.lies(deep);
    if (this.ctx.meta().compact) this.hint.root.hidden = true;
    this.drawing.button.hidden = deep || !this.ctx.meta().draws;
    // A decode in space is that of an item: nothing is left open.
    if (this.rest) this.rest.hidden = deep;
  }

  /** Arrange for a window of this width; returns what is covered at its sides. */
  arrange(root: HTMLElement, width: number): Frame["inset"] {
    const narrow = width < NARROW;
    if (narrow !== root.classList.contains("narrow")) {
      root.classList.toggle("narrow", narrow);
      this.legend.setFolded(narrow || this.ctx.meta().compact);
    }
    const { draws } = this.ctx.meta();
    if (narrow) return { left: 12, right: 12, top: draws ? 112 : 60, bottom: 44 };
    const { legend: { root: panel, folded } } = this;
    const legend = panel.hidden || folded ? 0 : panel.offsetWidth;
    return { left: 64, right: Math.max(72, legend + 24), top: draws ? 60 : 12, bottom: 34 };
  }

  /** The map was drawn: follow it. */
  follow(): void {
    this.minimap.draw();
    this.nothing.look();
  }

  /** Say how many points are left of a search; `answered`: of what was asked last. */
  found(answered: boolean): void {
    this.search?.say(`${counted(this.ctx.model.matching)} found`, answered);
  }

  destroy(): void {
    this.search?.destroy();
    this.nothing.destroy();
    this.remark.destroy();
  }
}

/** What floats over the map has gestures of its own: none of them reaches the map. */
export function keepGestures(part: HTMLElement): void {
  for (const name of ["pointerdown", "pointermove", "wheel", "dblclick"]) {
    part.addEventListener(name, (event) => event.stopPropagation());
  }
}
