/** One map on the page: its layers and tools around one model of the data. */
import { join } from "../connection";
import { el } from "../dom";
import type { LiveClient } from "../live";
import { Rest } from "../protocol";
import { counted } from "../scales";
import { readTheme, sameTheme, type Theme } from "../theme";
import { cameraOf, pannedBy, pinched, viewOf, wholeView, zoomedAt, type View } from "../view";
import { recall, store } from "./memory";
import type { Context } from "./context";
import { Gestures, type Hands, type Tool } from "./gestures";
import { HELP, listenToKeys } from "./keys";
import { Legend } from "./legend";
import { Look } from "./look";
import type { Meta, State } from "./meta";
import { Minimap } from "./minimap";
import { MapModel } from "./model";
import { Names } from "./names";
import { PlainRenderer } from "./plain";
import { Probe } from "./probe";
import { PLAIN_MOST } from "./renderer";
import { Select } from "./select";
import { Stage } from "./stage";
import { Hint, Status } from "./status";
import { restChoice } from "./rest";
import { Search, Toolbar, zoomButtons } from "./toolbar";
import { hasWebgl, WebglRenderer } from "./webgl";

/** Narrower than this, in CSS pixels, the map keeps only what is needed. */
const NARROW = 560;

type Columns = Map<string, Uint8Array>;

export class LatentMap implements Context {
  readonly root = el("div", { class: "map", tabindex: 0, role: "application" });
  readonly model: MapModel;
  readonly stage: Stage;
  private readonly probe: Probe;
  private readonly looking: Look;
  private readonly selecting: Select;
  private readonly names: Names;
  private readonly legend: Legend;
  private readonly minimap: Minimap;
  private readonly status = new Status();
  private readonly hint: Hint;
  private readonly toolbar: Toolbar;
  private readonly searchBox: Search | null;
  private readonly gestures: Gestures;
  private readonly spoken = el("div", { class: "unseen", "aria-live": "polite" });
  private readonly help = el("div", { class: "unseen" }, HELP);
  private readonly sizes: ResizeObserver;
  private themed: Theme;
  private tool: Tool = "probe";
  private client: LiveClient | null = null;
  private leaveClient: () => void = () => undefined;
  private door = "";
  private state: State;

  constructor(
    private told: Meta,
    columns: Columns,
    host: HTMLElement,
    private tell: (state: State) => void,
  ) {
    host.append(this.root);
    this.themed = readTheme(this.root);
    this.model = new MapModel(told, columns);
    this.stage = new Stage(this.model, this.themed, (context, view) => this.draw(context, view));
    this.state = {
      selection: { ranges: "", count: 0 },
      picked: told.picked,
      pins: told.pins,
      camera: cameraOf(this.stage.view),
      probe: null,
      query: "",
      xy: told.columns.xy,
    };
    this.names = new Names(this);
    this.probe = new Probe(this);
    this.probe.pins.restore(told.pins);
    this.looking = new Look(this);
    this.looking.pick(told.picked ?? -1, false);
    this.selecting = new Select(this, () => this.describe());
    this.legend = new Legend(this, () => this.stage.repaint());
    this.minimap = new Minimap(this, (u, v) => this.look({ ...this.stage.view, u, v }));
    this.hint = new Hint(told.modality);
    this.toolbar = new Toolbar((tool) => this.choose(tool));
    this.searchBox = told.search
      ? new Search(told.noun, (query) => this.send({ query }), () => this.root.focus())
      : null;
    this.build();
    this.gestures = new Gestures(this.root, this.hands());
    this.listen();
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.root);
    this.begin();
  }

  meta(): Meta {
    return this.told;
  }

  theme(): Theme {
    return this.themed;
  }

  live(): LiveClient | null {
    return this.client;
  }

  send(change: Partial<State>): void {
    const camera = cameraOf(this.stage.view, this.model.scene.extent);
    this.state = { ...this.state, ...change, camera };
    this.tell(this.state);
  }

  say(words: string): void {
    this.spoken.textContent = words;
  }

  /** Python has run again: take over whatever is new. */
  update(meta: Meta, columns: Columns, tell: (state: State) => void): void {
    this.tell = tell;
    const before = this.told;
    this.told = meta;
    const theme = readTheme(this.root);
    const rethemed = !sameTheme(theme, this.themed);
    if (rethemed) {
      this.themed = theme;
      this.stage.setTheme(theme);
      this.minimap.forget();
    }
    const recoloured = JSON.stringify([before.columns, before.colour]) !== JSON.stringify([meta.columns, meta.colour]);
    if (recoloured) {
      this.model.take(meta, columns);
      this.names.forget();
      this.stage.restyle();
    }
    if (recoloured || rethemed) this.legend.fill();
    this.connect();
    if (meta.answer) this.probe.answered(meta.answer);
    this.describe();
    this.stage.repaint();
  }

  private build(): void {
    this.legend.fill();
    const rest = this.told.open_rest
      ? restChoice((mode) => {
          this.probe.rest = mode;
        })
      : null;
    const corner = el("div", { class: "corner" }, this.status.root, rest);
    const left = el("div", { class: "left" }, this.toolbar.root, this.searchBox?.root);
    const zooms = zoomButtons((factor) => this.zoom(factor), () => this.reset());
    const right = el("div", { class: "bottom-right" }, this.minimap.root, zooms);
    const chrome = [left, this.legend.root, corner, right, this.hint.root];
    // What floats over the map has gestures of its own.
    for (const part of [...chrome, this.probe.card.root]) {
      for (const name of ["pointerdown", "wheel", "dblclick"]) {
        part?.addEventListener(name, (event) => event.stopPropagation());
      }
      part?.addEventListener("pointermove", (event) => event.stopPropagation());
    }
    this.root.append(
      this.stage.root,
      ...chrome,
      this.looking.card.root,
      this.probe.card.root,
      this.spoken,
      this.help,
    );
    this.describe();
  }

  private begin(): void {
    if (hasWebgl()) {
      const make = (canvas: HTMLCanvasElement): WebglRenderer =>
        new WebglRenderer(canvas, () => this.stage.restart(make));
      this.stage.start(make);
    } else if (this.model.scene.count <= PLAIN_MOST) {
      this.stage.start((canvas) => new PlainRenderer(canvas));
      this.status.plain();
    } else this.refuse();
    const kept = recall(this.told.columns.xy);
    this.fit();
    if (kept) {
      const { width, height } = this.stage.view;
      this.stage.look(viewOf(kept, width, height, this.model.scene.extent));
    }
    this.toolbar.choose("probe");
    this.connect();
  }

  private refuse(): void {
    const words =
      `This browser offers no WebGL, which a map of ${counted(this.model.scene.count)} points ` +
      `needs. Up to ${counted(PLAIN_MOST)} points are drawn without it: use another browser, or ` +
      "turn on hardware acceleration in this one.";
    this.root.append(el("div", { class: "refusal", role: "alert" }, words));
  }

  private connect(): void {
    const { live, model } = this.told;
    const door = live ? `${live.path} ${live.token} ${model}` : "";
    if (door === this.door) return;
    this.door = door;
    this.leaveClient();
    this.client = null;
    if (!live) {
      this.status.still();
      return;
    }
    const [client, leave] = join(live, model);
    this.client = client;
    const off = client.onState((state) => this.status.live(state));
    this.leaveClient = () => {
      off();
      leave();
    };
  }

  private fit(): void {
    const { width, height } = this.root.getBoundingClientRect();
    const narrow = width < NARROW;
    if (narrow !== this.root.classList.contains("narrow")) {
      this.root.classList.toggle("narrow", narrow);
      this.legend.setFolded(narrow);
    }
    this.stage.resize(Math.floor(width), Math.floor(height));
    this.probe.follow();
  }

  private draw(context: CanvasRenderingContext2D, view: View): void {
    this.names.draw(context, view);
    this.looking.draw(context, view);
    this.probe.draw(context, view);
    this.selecting.draw(context);
    this.minimap.draw(view);
  }

  private look(view: View): void {
    this.stage.look(view);
    this.looking.leave();
    this.probe.follow();
    store(this.told.columns.xy, cameraOf(this.stage.view, this.model.scene.extent));
  }

  private zoom(factor: number, x?: number, y?: number): void {
    const { view } = this.stage;
    const { extent } = this.model.scene;
    this.look(zoomedAt(view, x ?? view.width / 2, y ?? view.height / 2, factor, extent));
  }

  private reset(): void {
    const { width, height } = this.stage.view;
    this.look(wholeView(width, height, this.model.scene.extent));
  }

  private choose(tool: Tool): void {
    this.tool = tool;
    this.root.dataset.tool = tool;
  }

  private hands(): Hands {
    const { extent } = this.model.scene;
    return {
      tool: () => this.tool,
      hover: ({ x, y, touch }) => !touch && this.looking.hover(x, y),
      leave: () => this.looking.leave(),
      press: (place) => {
        this.looking.leave();
        if (this.tool === "box" || this.tool === "lasso") this.selecting.begin(this.tool, place);
        else if (!place.shift) {
          this.probe.begin();
          this.probe.at(place.x, place.y, place.touch, false);
          this.hint.done();
        }
      },
      drag: (place) => {
        if (this.tool === "probe") this.probe.at(place.x, place.y, place.touch, false);
        else this.selecting.extend(place);
      },
      release: (place, click) => this.release(place, click),
      cancel: () => {
        this.selecting.cancel();
        this.probe.clear();
      },
      pan: (dx, dy) => this.look(pannedBy(this.stage.view, dx, dy, extent)),
      pinch: (before, after) => this.look(pinched(this.stage.view, before, after, extent)),
      zoom: (place, factor) => this.zoom(factor, place.x, place.y),
    };
  }

  private release(place: { x: number; y: number; touch: boolean; shift: boolean; alt: boolean }, click: boolean): void {
    const index = click ? this.looking.itemAt(place.x, place.y, place.touch) : -1;
    if (click && index >= 0) {
      if (place.shift) this.selecting.toggle(index);
      else this.looking.pick(index);
    }
    if (this.tool === "box" || this.tool === "lasso") {
      if (click) this.selecting.cancel();
      else this.selecting.end(place);
    } else if (this.tool === "probe" && !place.shift) {
      if (click && this.probe.pins.removeAt(place.x, place.y)) this.probe.clear();
      else this.probe.at(place.x, place.y, place.touch, true);
    }
  }

  private listen(): void {
    listenToKeys(this.root, {
      step: (dx, dy) => {
        this.probe.step(dx, dy);
        this.hint.done();
      },
      pin: () => this.probe.pin(),
      clear: () => {
        if (this.probe.active) this.probe.clear();
        else if (!this.selecting.clear()) this.looking.pick(-1);
      },
      search: () => this.searchBox?.input.focus(),
      zoom: (factor) => this.zoom(factor),
      reset: () => this.reset(),
      choose: (tool) => this.toolbar.choose(tool),
      space: (held) => this.gestures.holdSpace(held),
    });
  }

  /** One sentence on what is there, for those who cannot see it; and how many were found. */
  private describe(): void {
    const { selectedCount, matching } = this.model;
    const selected = selectedCount > 0 ? ` ${counted(selectedCount)} selected.` : "";
    this.root.setAttribute("aria-label", `${this.told.summary}${selected}`);
    this.searchBox?.say(`${counted(matching)} found`);
  }

  destroy(): void {
    this.sizes.disconnect();
    this.gestures.destroy();
    this.searchBox?.destroy();
    this.leaveClient();
    this.stage.destroy();
    this.root.remove();
  }
}

export { Rest };
