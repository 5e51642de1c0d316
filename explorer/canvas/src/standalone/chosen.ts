/** The items that were selected or found: a list of them, and a table to take away. */
import { el } from "../dom";
import { counted } from "../scales";
import type { Content } from "./content";
import { csvOf } from "./csv";
import type { Header } from "./header";
import type { Items } from "./items";
import { lineOf } from "./lines";

/** As many are listed; the download holds all. */
const MOST = 200;

export class Chosen {
  readonly root = el("section", { class: "file-chosen", "aria-label": "Selection" });

  constructor(
    private readonly content: Content<Header>,
    private readonly items: Items,
    private readonly open: (item: number) => void,
  ) {
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
    const list = el("ul", { class: "file-list file-long" });
    for (const item of chosen.slice(0, MOST)) {
      list.append(el("li", {}, lineOf(this.items, item, () => this.open(item))));
    }
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
