/** The probe: what the model makes of the place under the pointer, decoded while it moves. */
import { countAnswer, GUESS, pictureOf, showIn, strength, trustWords } from "../decoded";
import { el, icon } from "../dom";
import { askAt, askItem } from "../asks";
import { ring } from "../marks";
import { Rest } from "../protocol";
import { reachesPython } from "../renewal";
import { bodyOf, type Still } from "../still";
import { counted } from "../scales";
import { toScreen, toUnit } from "../view";
import { Card } from "./cards";
import { Channel, type Context } from "./context";
import { foundOf, samePlace, type Found, type Spot } from "./found";
import type { Pin } from "./meta";
import { PinBoard } from "./pins";
import { Trail } from "./trail";

/** The map whose places are all of z: an item that lies there is what lies there. */
const EXACT = "raw";

export class Probe {
  readonly card = new Card("probe-card");
  readonly pins: PinBoard;
  rest: number = Rest.mean;
  private readonly trail = new Trail();
  private readonly shown = el("div", { class: "decode" });
  private readonly trust = el("div", { class: "trust" });
  private readonly keep: HTMLButtonElement;
  private found: Found | null = null;
  /** Where the probe is, whether or not the answer is there. */
  private spot: Spot | null = null;
  private asked = 0;
  /** Answers up to this one are not told: what was asked for is pinned already. */
  private untold = 0;
  /** Whether an answer for where the probe is now is on its way. */
  private coming = false;
  /** Pin what lies here as soon as it is there. */
  private wanted = false;
  private request = 0;
  /** For where Python was asked last. */
  private sent: Spot | null = null;

  constructor(private readonly ctx: Context) {
    this.pins = new PinBoard(ctx);
    this.keep = el("button", { type: "button", class: "chip" }, icon("pin"), "Pin");
    this.keep.addEventListener("click", () => this.pin());
    const close = el("button", { type: "button", class: "chip bare", "aria-label": "Close" });
    close.append(icon("close"));
    close.addEventListener("click", () => this.clear());
    this.card.root.append(this.shown, this.trust, el("div", { class: "row" }, this.keep, close));
    this.card.root.dataset.modality = ctx.meta().modality;
  }

  get active(): boolean {
    return this.spot !== null;
  }

  /** Begin a new drag: the last one's trail goes. */
  begin(): void {
    this.trail.clear();
  }

  /**
   * Probe at a place of the window, or at its edge where the hand has left it; `final` where the
   * pointer was let go or a key was pressed.
   */
  at(x: number, y: number, touch: boolean, final: boolean): void {
    const { view } = this.ctx.stage;
    const inside = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const [u, v] = toUnit(view, inside(x, view.width), inside(y, view.height));
    this.go({ u, v, touch, index: null }, final);
  }

  /** Probe at an item: what it is itself, not what its place of the map leaves open. */
  item(index: number, touch: boolean, final: boolean): void {
    const [u, v] = this.ctx.model.scene.at(index);
    this.go({ u, v, touch, index }, final);
  }

  private go(spot: Spot, final: boolean): void {
    this.spot = spot;
    this.wanted = this.coming = false;
    this.ask(spot, final);
    this.follow();
    this.ctx.stage.repaint();
  }

  private ask(spot: Spot, final: boolean): void {
    if (this.ctx.live()?.state === "live") void this.askLive(spot, final);
    else if (!reachesPython()) this.waitFor("The server does not answer: trying again");
    else if (final) this.askPython(spot);
    else this.waitFor(`${this.ctx.live() ? "Not live: decodes" : "Decodes"} when you let go`);
  }

  /** Ask again for where the probe is, as when the connection is back. */
  again(): void {
    void this.pins.picture();
    if (this.spot) void this.askLive(this.spot, false);
  }

  /** Move by some pixels, from the middle where it was nowhere: the arrow keys. */
  step(dx: number, dy: number): void {
    const { view } = this.ctx.stage;
    const start = this.spot
      ? toScreen(view, this.spot.u, this.spot.v)
      : ([view.width / 2, view.height / 2] as const);
    const first = this.spot === null;
    this.at(start[0] + (first ? 0 : dx), start[1] + (first ? 0 : dy), false, true);
  }

  private async askLive(spot: Spot, final: boolean): Promise<void> {
    const { u, v, index } = spot;
    const [x, y] = this.ctx.model.scene.toData(u, v);
    const { view } = this.ctx.meta();
    const live = this.ctx.live();
    const mine = ++this.asked;
    this.coming = true;
    const reply = await live?.ask(Channel.probe, (to) =>
      index === null ? askAt(to, view, this.rest, x, y) : askItem(to, index),
    );
    const last = mine === this.asked;
    if (last) this.coming = false;
    if (!this.spot) return;
    // Answers come in order; one for a place that was left is still newer than what is shown.
    const found = foundOf(reply, spot, live?.hello?.dim);
    if (found) this.show(found, final && last && mine > this.untold);
    else if (reply?.kind === "error") this.fail(reply.message);
    if (last) this.giveUp(reply?.kind === "error");
  }

  private askPython(spot: Spot): void {
    const { index } = spot;
    const [x, y] = this.ctx.model.scene.toData(spot.u, spot.v);
    this.sent = spot;
    this.coming = true;
    this.waitFor("Decoding…");
    this.ctx.send({ probe: { x, y, rest: this.rest, request: ++this.request, index } });
  }

  /** Python's answer where there is no live socket; whether it is one to the last request. */
  answered(still: Still): boolean {
    if (still.request !== this.request) return false;
    const { spot, sent } = this;
    if (spot && sent && samePlace(spot, sent)) {
      this.coming = false;
      this.show({ ...still, spot, body: bodyOf(still) }, true);
    }
    return true;
  }

  private show(found: Found, tell: boolean): void {
    this.found = found;
    this.card.root.classList.remove("failed", "later");
    const { body } = found;
    showIn(this.shown, body);
    this.shown.style.opacity = strength(found.trust);
    this.trust.textContent = this.aside(found);
    this.trust.classList.toggle("low", found.trust < GUESS);
    const { u, v, index } = found.spot;
    if (index === null) this.trail.add(u, v, body, this.ctx.stage.view);
    countAnswer(this.card.root);
    this.follow();
    this.ctx.stage.repaint();
    if (this.wanted && this.here) this.pin();
    else if (tell) this.ctx.say(this.words(found));
  }

  /** What is decoded, if it is of where the probe is now. */
  private get here(): Found | null {
    const { found, spot } = this;
    return found && spot && samePlace(found.spot, spot) ? found : null;
  }

  /** Say why there is no decode yet; the one before it lies elsewhere. */
  private waitFor(words: string): void {
    this.found = null;
    this.card.root.classList.remove("failed");
    this.card.root.classList.add("later");
    this.trust.textContent = words;
    this.trust.classList.remove("low");
  }

  private fail(message: string): void {
    this.found = null;
    this.card.root.classList.remove("later");
    this.card.root.classList.add("failed");
    this.trust.textContent = message;
    this.follow();
  }

  /** What is said beside a decode: how far it can be trusted, or which item it is of. */
  private aside({ trust, nearest, spot: { index } }: Found): string {
    if (this.ctx.meta().stills && index === null) return `Not decoded here: that of the nearest item, ${counted(nearest)}`;
    return index === null ? trustWords(trust) : `Item ${counted(index)}, decoded again`;
  }

  private words(found: Found): string {
    const what =
      found.body.kind === "texts"
        ? `“${found.body.texts[0]?.text ?? ""}”`
        : `a picture like ${this.ctx.model.saidOf(found.nearest)}`;
    return `Decoded here: ${what}. ${this.aside(found)}.`;
  }

  /** Keep what is decoded here; where that is still on its way, as soon as it has come. */
  pin(): void {
    const { spot, here } = this;
    if (!spot) return;
    this.wanted = here === null;
    if (!here) {
      if (!this.coming) this.ask(spot, true);
      return;
    }
    this.untold = this.asked;
    const { body } = here;
    this.pins.add(this.pinAt(here.spot, here.z), body.kind === "images" ? pictureOf(body) : null);
  }

  private pinAt({ u, v, index }: Spot, z: number[] | null): Pin {
    const [x, y] = this.ctx.model.scene.toData(u, v);
    const { view } = this.ctx.meta();
    return { x, y, z, index: index ?? (view === EXACT ? this.itemAt(u, v) : null), view };
  }

  /** No decode came for what was to be pinned; where there is none, an item still has its own z. */
  private giveUp(refused: boolean): void {
    if (!this.wanted || !this.spot) return;
    this.wanted = false;
    const pin = this.pinAt(this.spot, null);
    if (refused && pin.index !== null) this.pins.add(pin, null);
    else this.ctx.say("Nothing was pinned: no decode came for this place.");
  }

  private itemAt(u: number, v: number): number | null {
    const { model, stage } = this.ctx;
    const [x, y] = stage.seen(u, v);
    const index = stage.finder?.at(x, y, 3, model.accepts) ?? -1;
    return index < 0 ? null : index;
  }

  clear(): void {
    this.spot = this.found = null;
    this.wanted = this.coming = false;
    this.trail.clear();
    this.card.hide();
    this.ctx.stage.repaint();
  }

  /** The map was moved under the probe, or the probe over the map. */
  follow(): void {
    if (!this.spot) return;
    const [x, y] = this.screenOf(this.spot);
    const { width, height } = this.ctx.stage.lens;
    // A hair of rounding is no reason to hide at the edge.
    if (!(x >= -1 && y >= -1 && x <= width + 1 && y <= height + 1)) this.card.hide();
    else if (this.found || this.card.root.matches(".failed, .later")) {
      this.card.at(x, y, this.ctx.stage, this.spot.touch);
    }
  }

  private screenOf({ u, v, index }: Spot): [number, number] {
    const { stage } = this.ctx;
    const [x, y] = index === null ? stage.seen(u, v) : stage.placeOf(index);
    return [x, y];
  }

  draw(context: CanvasRenderingContext2D): void {
    const theme = this.ctx.theme();
    this.trail.draw(context, this.ctx.stage, theme);
    this.pins.draw(context);
    if (!this.spot) return;
    const empty = this.found !== null && this.found.trust < GUESS;
    ring(context, this.screenOf(this.spot), 8, theme.accent, theme, empty ? [3, 3] : []);
  }
}
