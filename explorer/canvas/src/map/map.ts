/** One map on the page: its layers, tools and connection around one model of the data. */
import type { OwnPlace } from "../bus";
import { Line } from "../connection";
import { el } from "../dom";
import type { LiveClient } from "../live";
import { drawOwn } from "../marks";
import { counted } from "../scales";
import { readTheme, sameTheme, type Theme } from "../theme";
import { Becoming } from "./becoming";
import { Chrome, keepGestures } from "./chrome";
import type { Context } from "./context";
import { Drawing } from "./draw";
import { Gestures, type Tool } from "./gestures";
import { Guests } from "./guests";
import { commandsOf, handsOf, type Parts } from "./hands";
import { listenTo } from "./hearing";
import { listenToKeys } from "./keys";
import { Layers } from "./layers";
import { Look } from "./look";
import { looksOf, type Meta, type Pin, type State } from "./meta";
import { MapModel, type Columns } from "./model";
import { Names } from "./names";
import { Navigation } from "./navigation";
import { Probe } from "./probe";
import { Select } from "./select";
import { Stage } from "./stage";
import { startPoints } from "./start";
import { Way } from "./way";

export type Tell = (state: State) => void;

export class LatentMap implements Context {
  readonly root = el("div", { class: "map", tabindex: 0, role: "application" });
  readonly model: MapModel;
  readonly stage: Stage;
  private readonly probe: Probe;
  private readonly looking: Look;
  private readonly selecting: Select;
  private readonly names: Names;
  private readonly navigation: Navigation;
  private readonly chrome: Chrome;
  private readonly gestures: Gestures;
  private readonly spoken = el("div", { class: "unseen", "aria-live": "polite" });
  private readonly help = el("div", { class: "unseen" });
  private readonly sizes: ResizeObserver;
  private themed: Theme;
  private tool: Tool = "probe";
  private readonly line: Line;
  private state: State;
  private own: OwnPlace | null = null;
  private readonly way: Way;
  private readonly drawing: Drawing;
  private readonly guests: Guests;
  private readonly layers = new Layers(this);
  private readonly becoming: Becoming;
  private readonly deaf: (() => void)[];
  readonly pins = (): Pin[] => this.probe.pins.list;

  constructor(
    private told: Meta,
    columns: Columns,
    host: HTMLElement,
    private tell: Tell,
  ) {
    host.append(this.root);
    // For the browser's console, and for tests that must know where a point lies.
    Object.assign(this.root, { latentMap: this });
    this.themed = readTheme(this.root);
    this.model = new MapModel(told, columns);
    this.stage = new Stage(this.model, this.themed, (context) => this.draw(context));
    const { picked, pins, turn } = told;
    const selection = { ranges: "", count: 0 };
    const unsaid = { camera: this.stage.camera, probe: null, query: "", drawn: [], rest: 0 };
    this.state = { selection, picked, pins, turn, ...unsaid };
    this.names = new Names(this);
    this.guests = new Guests(this);
    this.way = new Way(this);
    this.probe = new Probe(this);
    this.looking = new Look(this, (...place) => this.navigation.bringIn(...place));
    this.selecting = new Select(this, () => this.describe());
    this.navigation = new Navigation(this.stage, () => this.told.columns.xy, () => {
      this.looking.leave();
      this.probe.follow();
    });
    this.drawing = new Drawing(
      this,
      (draw) => this.chrome.toolbar.choose(draw ? "draw" : "probe"),
      () => this.state.turn,
    );
    this.chrome = new Chrome(
      this,
      this.navigation,
      {
        choose: (tool) => this.choose(tool),
        rest: (mode) => this.restFrom(mode),
        search: (query) => this.send({ query }),
        openFound: (back) => {
          const next = this.model.next(this.state.picked ?? -1, back);
          if (next !== null) this.looking.pick(next);
        },
        focus: () => this.root.focus(),
      },
      this.drawing,
    );
    this.line = new Line(this.chrome.status, () => this.probe.again(), () => this.send({}));
    this.guests.take(columns);
    this.layers.take(columns);
    const [parts, elements] = [this.parts(), { root: this.root, help: this.help }];
    this.becoming = new Becoming(this, parts, this.chrome, this.way, elements, () => {
      this.gestures.drop();
      this.stopDrawing();
    });
    this.gestures = new Gestures(this.root, handsOf(parts));
    listenToKeys(
      this.root,
      commandsOf(parts, {
        search: () => this.chrome.search?.input.focus(),
        choose: (tool) => this.chrome.toolbar.choose(tool),
        space: (held) => this.gestures.holdSpace(held),
        stopDrawing: () => this.stopDrawing(),
      }),
    );
    this.sizes = new ResizeObserver(() => this.fit());
    const own = (place: OwnPlace | null): void => void (this.own = place);
    this.deaf = [...listenTo(this, parts, this.way, own), this.selecting.listen()];
    this.begin();
  }

  private parts(): Parts {
    return {
      model: this.model,
      names: this.names,
      deep: () => this.stage.deep,
      point: (clickable) => this.root.classList.toggle("pointing", clickable),
      probe: this.probe,
      looking: this.looking,
      guests: this.guests,
      selecting: this.selecting,
      navigation: this.navigation,
      drawing: this.drawing,
      tool: () => this.tool,
      probed: () => this.chrome.hint.done(),
    };
  }

  private begin(): void {
    keepGestures(this.probe.card.root);
    const cards = [this.looking, this.guests, this.probe].map(({ card }) => card.root);
    this.root.append(this.stage.root, ...this.chrome.parts, ...cards, this.spoken, this.help);
    this.looking.pick(this.told.picked ?? -1, false);
    this.becoming.lie();
    this.fit();
    this.sizes.observe(this.root);
    startPoints(this.stage, this.root, this.chrome.status);
    this.becoming.arrive();
    this.chrome.toolbar.choose("probe");
    this.describe();
    this.line.to(this.told.live, this.told.model);
  }

  /** Where an item lies in the window, in CSS pixels from the map's corner. */
  placeOf(index: number): [number, number] {
    const [x, y] = this.stage.placeOf(index);
    return [x, y];
  }

  meta(): Meta {
    return this.told;
  }

  theme(): Theme {
    return this.themed;
  }

  live(): LiveClient | null {
    return this.line.client;
  }

  send(change: Partial<State>): void {
    const { camera } = this.stage;
    this.state = { ...this.state, ...change, camera, turn: this.state.turn + 1 };
    this.tell(this.state);
  }

  say(words: string): void {
    this.spoken.textContent = words;
  }

  /** Python has run again, or the theme changed: take over whatever is new. */
  update(meta: Meta, columns: Columns, tell: Tell): void {
    this.tell = tell;
    const before = this.told;
    this.told = meta;
    const theme = readTheme(this.root);
    const rethemed = !sameTheme(theme, this.themed);
    if (rethemed) {
      this.themed = theme;
      this.stage.setTheme(theme);
      this.chrome.minimap.forget();
    }
    if (before.columns.xy !== meta.columns.xy) this.becoming.move(meta, columns);
    const recoloured = looksOf(before) !== looksOf(meta);
    const refiltered = before.columns.mask !== meta.columns.mask;
    const { matching } = this.model;
    if (recoloured) this.model.take(meta, columns);
    else if (refiltered) this.model.filter(meta, columns);
    this.guests.take(columns);
    this.layers.take(columns);
    if (recoloured || refiltered) this.stage.restyle();
    if (recoloured || rethemed) {
      this.chrome.legend.fill();
      this.fit();
    } else if (refiltered) this.chrome.legend.recount();
    this.line.to(meta.live, meta.model);
    this.drawing.answered(meta.turn);
    this.hear(meta);
    this.becoming.obey();
    if (this.model.matching !== matching) this.say(`${counted(this.model.matching)} found.`);
    this.describe();
    this.stage.repaint();
  }

  /** Whether a map can become the one that Python tells of: the same items, seen otherwise. */
  canBecome({ model, count }: Meta): boolean {
    return model === this.told.model && count === this.told.count;
  }

  /** What Python says of items, unless it had not yet heard what was done last. */
  private hear(meta: Meta): void {
    if (meta.answer && this.probe.answered(meta.answer)) this.state = { ...this.state, probe: null };
    if (meta.turn !== this.state.turn || (meta.picked ?? -1) === this.looking.picked) return;
    this.state = { ...this.state, picked: meta.picked };
    this.looking.pick(meta.picked ?? -1, false);
  }

  private fit(): void {
    const { clientWidth, clientHeight } = this.root;
    this.stage.setInset(this.chrome.arrange(this.root, clientWidth));
    this.stage.resize(clientWidth, clientHeight);
    this.probe.follow();
  }

  private draw(context: CanvasRenderingContext2D): void {
    const way = this.drawing.busy ? null : this.way;
    this.layers.draw(context);
    this.names.draw(context, way?.labels());
    way?.draw(context);
    this.drawing.draw(context);
    this.guests.draw(context);
    this.looking.draw(context);
    this.probe.draw(context);
    const own = this.own?.at[this.told.view];
    if (own) {
      const [u, v, w] = this.model.scene.toUnit(...own);
      const [x, y] = this.stage.seen(u, v, w);
      drawOwn(context, [x, y], this.themed);
    }
    this.selecting.draw(context);
    this.chrome.follow();
  }

  private choose(tool: Tool): void {
    this.tool = tool;
    this.root.dataset.tool = tool;
    if (!this.told.compact) this.chrome.hint.choose(tool === "probe");
    this.drawing.set(tool === "draw");
  }

  private stopDrawing(): boolean {
    if (this.tool !== "draw") return false;
    this.gestures.drop();
    this.chrome.toolbar.choose("probe");
    return true;
  }

  private restFrom(mode: number): void {
    this.probe.rest = mode;
    // A drawn path is decoded by Python, which must know.
    if (this.told.draws) this.send({ rest: mode });
  }

  /** One sentence on what is there, for those who cannot see it; and how many were found. */
  private describe(): void {
    const { selectedCount } = this.model;
    const selected = selectedCount > 0 ? ` ${counted(selectedCount)} selected.` : "";
    this.root.setAttribute("aria-label", `${this.told.summary}${selected}`);
    this.chrome.found(this.told.turn === this.state.turn);
  }

  destroy(): void {
    this.sizes.disconnect();
    this.deaf.forEach((stop) => stop());
    this.gestures.destroy();
    this.names.destroy();
    this.chrome.destroy();
    this.line.close();
    this.stage.destroy();
    this.root.remove();
  }
}
