/** The page around the map: what Python shows beside it in the app, here from the file alone. */
import { connectWithin } from "../connection";
import { el, icon } from "../dom";
import { LatentMap } from "../map/map";
import type { Meta, State } from "../map/meta";
import type { Columns } from "../map/model";
import { decodeRanges, fromBase64 } from "../ranges";
import { counted } from "../scales";
import { WORDS } from "../status";
import { aboutDialog } from "./about";
import { Chosen } from "./chosen";
import { Content } from "./content";
import type { Header } from "./header";
import { Items } from "./items";
import { ItemPanel } from "./item";
import { localWorld } from "./local";
import { notesOf } from "./noted";
import { Seeker } from "./seek";
import { Shades } from "./shades";

/** Everything in a file is of one model. */
const MODEL = "file";
const DOOR = { path: "within", token: "" };

export class FilePage {
  private readonly content: Content<Header>;
  private readonly items: Items;
  private readonly seeker: Seeker;
  private readonly columns: Columns = new Map();
  private readonly map: LatentMap;
  private readonly panel: ItemPanel;
  private readonly chosen: Chosen;
  private colour = 0;
  private state: State | null = null;
  private mask: Uint8Array | null = null;
  private masks = 0;

  constructor(bytes: Uint8Array, script: string, root: HTMLElement) {
    this.content = new Content<Header>(bytes);
    const { header } = this.content;
    WORDS.live = header.still ? "Decoded ahead" : "Decodes in this file";
    WORDS.connecting = "Starting…";
    connectWithin(
      localWorld(bytes, script, (where) => (document.documentElement.dataset.decodes = where)),
    );
    this.items = new Items(this.content);
    this.seeker = new Seeker(this.items);
    this.panel = new ItemPanel(this.content, this.items, DOOR, MODEL, (item) => this.open(item));
    this.chosen = new Chosen(this.content, this.items, DOOR, MODEL, (item) => this.open(item));
    this.columns.set(this.named("points"), this.content.raw("points"));
    header.colours.forEach(({ column }) => {
      if (column) this.columns.set(this.named(column), this.content.raw(column));
    });
    const host = el("div", { class: "file-map" });
    const note = el("p", { class: "file-note" }, header.note, header.still && ` ${header.still}`);
    const side = el("aside", { class: "file-side" }, notesOf(header.pins), this.chosen.root, this.panel.root);
    root.append(
      this.bar(),
      el("main", { class: "file-room" }, el("div", { class: "file-left" }, host, note), side),
    );
    this.map = new LatentMap(this.meta(), this.columns, host, (state) => this.heard(state));
    this.panel.show(header.typical);
    new Shades(root.querySelector<HTMLButtonElement>(".file-shade")!, () => this.renew());
  }

  private bar(): HTMLElement {
    const { title, items, of, noun, dim, colours } = this.content.header;
    const about = aboutDialog(this.content.header);
    const what = `${counted(items)}${of > items ? ` of ${counted(of)}` : ""} ${noun} · ${dim} ${dim === 1 ? "dimension" : "dimensions"}`;
    const choice = el("select", { class: "file-field", "aria-label": "Colour by" });
    colours.forEach((colour, at) => choice.append(el("option", { value: at }, `Colour by: ${colour.title}`)));
    choice.addEventListener("change", () => {
      this.colour = Number(choice.value);
      this.renew();
    });
    const open = el("button", { type: "button", class: "file-field file-open" }, icon("list"), "About this file");
    open.addEventListener("click", () => about.showModal());
    const shade = el("button", { type: "button", class: "file-field file-shade" });
    return el(
      "header",
      { class: "file-bar" },
      el("h1", {}, title),
      el("span", { class: "file-quiet" }, what),
      el("span", { class: "file-gap" }),
      colours.length > 1 ? choice : null,
      shade,
      open,
      about,
    );
  }

  private named(section: string): string {
    return `${section}.${this.content.header.id}`;
  }

  private meta(): Meta {
    const { header } = this.content;
    const colour = header.colours[this.colour];
    const names = colour.kind === "classes" ? colour.names.length : 0;
    const groups = names > 1 ? `, ${names} groups` : "";
    const by = colour.kind === "classes" && names < 2 ? "" : `, coloured by ${colour.title}${groups}`;
    const space = header.seen.kind === "space" ? ", in three dimensions" : "";
    return {
      columns: {
        xy: this.named("points"),
        colour: colour.column && this.named(colour.column),
        cluster: null,
        mask: this.mask && `mask.${this.masks}`,
      },
      code_bytes: colour.code_bytes,
      count: header.items,
      dims: header.seen.kind === "space" ? 3 : 2,
      noun: header.noun,
      modality: header.modality,
      colour,
      clusters: null,
      summary: `Map of ${counted(header.items)} ${header.noun} in the latent space${space}${by}.`,
      model: MODEL,
      view: "file",
      open_rest: header.open_rest && !header.still,
      live: DOOR,
      search: true,
      link: null,
      compact: false,
      path: null,
      draws: false,
      picked: this.state?.picked ?? null,
      pins: this.state?.pins ?? header.pins,
      answer: null,
      stills: header.still !== null,
      turn: this.state?.turn ?? 0,
    };
  }

  /** The visitor has done something on the map. */
  private heard(state: State): void {
    const before = this.state;
    this.state = state;
    if (state.picked !== null && state.picked !== before?.picked) this.panel.show(state.picked);
    const searched = state.query !== (before?.query ?? "");
    if (searched) this.search(state.query);
    const selected = state.selection.ranges !== (before?.selection.ranges ?? "");
    if (searched || selected) this.list(selected);
    // What the map just told it knows; it is told again only what it asked for.
    if (searched) queueMicrotask(() => this.renew());
  }

  private search(query: string): void {
    this.columns.delete(`mask.${this.masks}`);
    this.mask = this.seeker.mask(query);
    if (this.mask) this.columns.set(`mask.${++this.masks}`, this.mask);
  }

  private list(anew: boolean): void {
    const { mask, state } = this;
    const passes = (item: number): boolean => !mask || ((mask[item >> 3] >> (item & 7)) & 1) === 1;
    const selected = decodeRanges(fromBase64(state?.selection.ranges ?? ""), this.items.count);
    const shown = [...selected].filter(passes);
    if (shown.length > 0) {
      this.chosen.show(shown, "selected");
      if (anew) this.panel.show(shown[0]);
    }
    if (shown.length > 0) return;
    if (mask) this.chosen.show(Array.from({ length: this.items.count }, (_, i) => i).filter(passes), "found");
    else this.chosen.clear();
  }

  private open(item: number): void {
    this.panel.show(item);
    if (this.state) this.state = { ...this.state, picked: item };
    else this.map.send({ picked: item });
    this.renew();
  }

  private renew(): void {
    this.map.update(this.meta(), this.columns, (state) => this.heard(state));
  }
}
