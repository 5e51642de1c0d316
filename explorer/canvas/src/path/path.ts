/** The path: a way through the latent space, scrubbed live. */
import { tell as tellOthers } from "../bus";
import { Line, type Door } from "../connection";
import { countAnswer, decoded, GUESS, showIn, strength, trustWords } from "../decoded";
import { Decoder, Lane } from "../desk/decoder";
import { el, icon } from "../dom";
import type { Body, Images, Texts } from "../protocol";
import { Status } from "../status";
import { unpacked, type Packed } from "../still";
import { reducedMotion } from "../theme";
import { newWords, wordsIn } from "./changes";
import { Route, type RouteMeta } from "./route";
import { asGif, asJson, asPng, save } from "./takeaway";
import { placeWords } from "./ways";

/** Seconds from one end to the other, and how often a second the place changes. */
const JOURNEY = 4;
const RATE = 30;
const FINEST = 1000;
/** Of those, so many a press of an arrow key. */
const KEY_STEP = 10;

export interface PathMeta {
  modality: string;
  model: string;
  live: Door | null;
  route: RouteMeta;
  names: [string, string];
  /** The steps of the path as Python decoded them. */
  frames: {
    texts: string[] | null;
    pictures: Packed | null;
  };
  note: string;
}

export class Path {
  readonly root = el("div", { class: "path" });
  private readonly status = new Status();
  private readonly line = new Line(this.status, () => this.go(this.t));
  private readonly decoder = new Decoder(() => this.line.client);
  private readonly now = el("div", { class: "now" });
  private readonly where = el("span", { class: "quiet where" });
  private readonly slider: HTMLInputElement;
  private readonly play: HTMLButtonElement;
  private readonly frames = el("ol", { class: "frames" });
  private readonly saves = el("div", { class: "row" });
  private readonly note = el("div", { class: "quiet" });
  private readonly trust = el("div", { class: "trust" });
  private body: Body;
  private route: Route;
  private t = 0;
  private playing: ReturnType<typeof setInterval> | undefined;
  private forth = true;
  private about = "";

  constructor(
    private meta: PathMeta,
    host: HTMLElement,
  ) {
    this.body = bodyOf(meta);
    this.route = new Route(meta.route);
    this.slider = el("input", {
      type: "range", min: 0, max: FINEST, step: 1, value: 0, "aria-label": "Place on the path",
    }); // prettier-ignore
    this.slider.addEventListener("input", () => {
      this.setPlaying(false);
      this.go(Number(this.slider.value) / FINEST);
    });
    this.slider.addEventListener("keydown", (event) => this.key(event));
    this.play = el("button", { type: "button", class: "chip" });
    this.play.addEventListener("click", () => this.setPlaying(this.playing === undefined));
    this.root.append(
      this.now,
      this.note,
      this.trust,
      el("div", { class: "scrub" }, this.play, this.slider, this.where),
      this.frames,
      this.saves,
      this.status.root,
    );
    host.append(this.root);
    this.setPlaying(false);
    this.take(meta);
    this.line.to(meta.live, meta.model);
  }

  update(meta: PathMeta): void {
    this.take(meta);
    this.line.to(meta.live, meta.model);
  }

  private take(meta: PathMeta): void {
    const about = JSON.stringify([meta.route, meta.frames]);
    if (about === this.about) return;
    // Another path begins at its start; the same one, seen again, stays where it was.
    const other = meta.route.z !== this.meta.route.z;
    this.about = about;
    this.meta = meta;
    this.body = bodyOf(meta);
    this.route = new Route(meta.route);
    this.root.dataset.modality = meta.modality;
    this.note.textContent = meta.note;
    this.fill();
    this.offer();
    this.go(other ? 0 : this.t);
  }

  private get count(): number {
    return this.body.kind === "texts" ? this.body.texts.length : this.body.count;
  }

  /** The arrow keys: by the hundredth, with Shift to the next of the steps. */
  private key(event: KeyboardEvent): void {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.setPlaying(false);
    const steps = event.shiftKey ? this.count - 1 : FINEST / KEY_STEP;
    // From between two steps to the one that comes first.
    const from = this.t * steps;
    const to = way > 0 ? Math.floor(from + 1e-9) + 1 : Math.ceil(from - 1e-9) - 1;
    this.go(Math.min(1, Math.max(0, to / steps)));
  }

  /** Go to a place: the nearest step at once, and exactly what lies there as soon as it is decoded. */
  private go(t: number): void {
    this.t = t;
    this.slider.value = String(Math.round(t * FINEST));
    this.where.textContent = placeWords(t);
    this.slider.setAttribute("aria-valuetext", placeWords(t));
    const nearest = Math.round(t * (this.count - 1));
    [...this.frames.children].forEach((frame, k) => frame.classList.toggle("here", k === nearest));
    tellOthers(this.meta.model, "scrub", t);
    const trust = this.route.trust(t);
    this.now.style.opacity = strength(trust);
    this.trust.textContent = trustWords(trust);
    this.trust.classList.toggle("low", trust < GUESS);
    const exact = Math.abs(t * (this.count - 1) - nearest) < 1e-9;
    if (exact || !this.decoder.live) this.show(this.body, nearest);
    else {
      void this.decoder.decode(Lane.path, this.route.at(t), 1).then((body) => body && this.show(body, 0));
    }
  }

  private show(body: Body, which: number): void {
    showIn(this.now, body, which);
    countAnswer(this.now);
  }

  private fill(): void {
    const last = this.count - 1;
    const entries = Array.from({ length: this.count }, (_, k) => {
      const share = last > 0 ? k / last : 0;
      const step = el("button", { type: "button", class: "frame" }, this.shown(k));
      step.style.setProperty("--strength", strength(this.route.trust(share)));
      step.append(el("span", { class: "quiet" }, placeWords(share)));
      step.addEventListener("click", () => {
        this.setPlaying(false);
        this.go(share);
      });
      return el("li", {}, step);
    });
    this.frames.replaceChildren(...entries);
    this.root.classList.toggle("texts", this.body.kind === "texts");
  }

  private shown(k: number): HTMLElement {
    if (this.body.kind === "images") return decoded(this.body, k);
    const { texts } = this.body;
    if (!texts[k].text) return decoded(this.body, k);
    if (k === 0) return el("span", { class: "words" }, texts[0].text);
    return marked(texts[k - 1].text, texts[k].text);
  }

  private offer(): void {
    const { meta, body, route } = this;
    const shares = Array.from({ length: this.count }, (_, k) => k / Math.max(1, this.count - 1));
    const about = {
      path: meta.route.kind,
      from: meta.names[0],
      to: meta.names[1],
      trust: shares.map((share) => route.trust(share)),
      z: shares.map((share) => route.at(share)),
    };
    const offers: [string, string, () => Blob | Promise<Blob>][] = [
      ["JSON", "path.json", () => asJson(about, body)],
    ];
    if (body.kind === "images") {
      offers.unshift(["GIF", "path.gif", () => asGif(body)], ["PNG", "path.png", () => asPng(body)]);
    } else {
      const text = body.texts.map((one) => one.text).join("\n");
      offers.unshift(["Text", "path.txt", () => new Blob([`${text}\n`], { type: "text/plain" })]);
    }
    this.saves.replaceChildren(
      ...offers.map(([words, name, make]) => {
        const button = el("button", { type: "button", class: "chip", title: `Download ${name}` }, words);
        button.addEventListener("click", () => void Promise.resolve(make()).then((blob) => save(name, blob)));
        return button;
      }),
    );
  }

  private setPlaying(playing: boolean): void {
    clearInterval(this.playing);
    this.playing = undefined;
    this.play.replaceChildren(icon(playing ? "pause" : "play"), playing ? "Pause" : "Play");
    this.play.setAttribute("aria-pressed", String(playing));
    if (!playing) return;
    // Who asked for less motion gets steps, not a flow.
    const rate = reducedMotion() ? 1 : RATE;
    this.playing = setInterval(() => {
      if (document.hidden) return;
      const step = reducedMotion() ? 1 / (this.count - 1) : 1 / (JOURNEY * rate);
      const t = this.t + (this.forth ? step : -step);
      if (t >= 1) this.forth = false;
      if (t <= 0) this.forth = true;
      this.go(Math.min(1, Math.max(0, t)));
    }, 1000 / rate);
  }

  destroy(): void {
    clearInterval(this.playing);
    this.line.close();
    this.root.remove();
  }
}

function bodyOf({ frames }: PathMeta): Images | Texts {
  if (frames.pictures) return unpacked(frames.pictures);
  return { kind: "texts", texts: (frames.texts ?? []).map((text) => ({ text, tokens: [], p: [] })) };
}

/** A text whose words that were not there before are marked. */
function marked(before: string, now: string): HTMLElement {
  const words = wordsIn(now);
  const fresh = newWords(
    wordsIn(before).map(({ word }) => word),
    words.map(({ word }) => word),
  );
  const shown = el("span", { class: "words" });
  words.forEach(({ word, before: space }, k) => {
    shown.append(space, fresh[k] ? el("mark", {}, word) : word);
  });
  shown.classList.toggle("same", !fresh.includes(true) && before === now);
  return shown;
}
