/** The items that were selected or found: a list of them, and a table to take away. */
import { join, type Door } from "../connection";
import { el } from "../dom";
import { counted } from "../scales";
import type { Content } from "./content";
import { csvOf } from "./csv";
import type { Header } from "./header";
import type { Items } from "./items";
import { Lines } from "./lines";

/** As many are listed; the download holds all. */
const MOST = 200;
/** A channel that nothing else uses. */
const DRAWN = 11;

export class Chosen {
  readonly root = el("section", { class: "file-chosen", "aria-label": "Selection" });

  private readonly lines: Lines;

  constructor(
    private readonly content: Content<Header>,
    private readonly items: Items,
    door: Door,
    model: string,
    open: (item: number) => void,
  ) {
    this.lines = new Lines(content, items, join(door, model)[0], DRAWN, open);
    this.clear();
  }

  clear(): void {
    const words = "Click a point to see its item; draw a box or a lasso to list many.";
    this.root.replaceChildren(el("p", { class: "file-quiet" }, words));
  }

  show(chosen: readonly number[], how: "selected" | "found"): void {
    const noun = chosen.length === 1 ? "item" : "items";
    const title = el("h2", {}, `${counted(chosen.length)} ${noun} ${how}`);
    const save = el("button", { type: "button", class: "file-field" }, "Download CSV");
    save.disabled = chosen.length === 0;
    save.addEventListener("click", () => this.save(chosen));
    const list = this.lines.list(chosen.slice(0, MOST));
    list.classList.add("file-long");
    const more = chosen.length > MOST ? `The first ${MOST} are listed; the download holds all.` : "";
    this.root.replaceChildren(
      el("div", { class: "file-head" }, title, save),
      ...(chosen.length > 0 ? [list] : []),
      ...(more ? [el("p", { class: "file-quiet" }, more)] : []),
    );
  }

  private save(chosen: readonly number[]): void {
    const latents = this.content.numbers("latents").values;
    const table = csvOf(this.items, latents, this.content.header.dim, chosen);
    const address = URL.createObjectURL(new Blob([table], { type: "text/csv" }));
    el("a", { href: address, download: "latentscape-selection.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
