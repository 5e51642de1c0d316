/** Buttons that make a file of the map as it is seen. */
import { mapOf } from "../atlas";
import { el, icon } from "../dom";
import { MOST_VECTORS, pngOf, svgOf, type Words } from "../map/figure";
import { save } from "../path/takeaway";
import { counted } from "../scales";

export interface PictureMeta extends Words {
  map: string;
  /** What to call the file, without its ending. */
  file: string;
}

export class SharePicture {
  private readonly root = el("div", { class: "share" });
  private readonly words = el("div", { class: "quiet", "aria-live": "polite" });
  private readonly buttons: HTMLButtonElement[];

  constructor(
    private meta: PictureMeta,
    host: HTMLElement,
  ) {
    this.buttons = (["PNG", "SVG"] as const).map((kind) => {
      const made = el("button", { type: "button", class: "copy" }, icon("download"), el("span", {}, kind));
      made.addEventListener("click", () => void this.make(kind));
      return made;
    });
    this.root.append(el("div", { class: "row" }, ...this.buttons), this.words);
    host.append(this.root);
    this.say(
      "The map as you see it now, with title, legend and the note below it. PNG: two pixels for one. " +
        `SVG: names, legend and up to ${counted(MOST_VECTORS)} points as vectors; more points as a picture.`,
    );
  }

  update(meta: PictureMeta): void {
    this.meta = meta;
  }

  private async make(kind: "PNG" | "SVG"): Promise<void> {
    const map = mapOf(this.meta.map);
    if (!map) {
      this.say("The map is not there yet; try again when it is.");
      return;
    }
    this.buttons.forEach((one) => (one.disabled = true));
    try {
      const content = kind === "PNG" ? await pngOf(map, this.meta) : svgOf(map, this.meta);
      save(`${this.meta.file}.${kind.toLowerCase()}`, content);
      this.say(`${this.meta.file}.${kind.toLowerCase()} is saved.`);
    } catch (error) {
      console.debug("No picture was made", error);
      this.say("The picture could not be made: this browser gave no room for it. Make the window smaller.");
    }
    this.buttons.forEach((one) => (one.disabled = false));
  }

  private say(words: string): void {
    this.words.textContent = words;
  }

  destroy(): void {
    this.root.remove();
  }
}
