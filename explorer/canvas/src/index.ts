/** What Streamlit calls, one function a component; called again at every rerun and theme change. */
import { takeIn, whenThere } from "./columns";
import { renewal } from "./connection";
import { Desk } from "./desk/desk";
import { el } from "./dom";
import { LatentMap } from "./map/map";
import type { Meta, State } from "./map/meta";
import { Own } from "./own/own";
import ownStyle from "./own/own.css?inline";
import deskStyle from "./desk/desk.css?inline";
import { Path } from "./path/path";
import pathStyle from "./path/path.css?inline";
import type { Told } from "./renewal";
import { SharePicture } from "./share/picture";
import { ShareLink } from "./share/share";
import shareStyle from "./share/share.css?inline";
import style from "./style.css?inline";
import { Words } from "./words/words";
import wordsStyle from "./words/words.css?inline";

/** What a component of Streamlit's second kind is given. */
interface Mount<Data> {
  data: Data;
  parentElement: ShadowRoot | HTMLElement;
  setStateValue(name: string, value: unknown): void;
}

type Cleanup = () => void;

function styled(rules: string): HTMLStyleElement {
  const sheet = el("style");
  sheet.textContent = rules;
  return sheet;
}

/** What is held for a mount; gone with the element that Streamlit gave it. */
const columns = new WeakMap<Node, { name: string; letGo: Cleanup }>();

/** A mount without a face: it brings one column of a map. */
export function column({ data, parentElement }: Mount<Uint8Array>): Cleanup {
  const before = columns.get(parentElement);
  const [name, letGo] = takeIn(data);
  before?.letGo();
  columns.set(parentElement, { name, letGo });
  return () => columns.get(parentElement)?.letGo();
}

/** A mount without a face: it asks for a run of the page where nothing live opens any more. */
export function keeper({ data, setStateValue }: Mount<Told>): void {
  renewal.told(data, (request) => setStateValue("state", request));
}

/** A map's place on the page: it waits for columns, and another map takes the place of the first. */
class Room {
  private map: LatentMap | null = null;
  private stopWaiting: Cleanup = () => undefined;

  constructor(
    meta: Meta,
    private readonly host: HTMLElement,
    tell: (state: State) => void,
  ) {
    this.update(meta, tell);
  }

  update(meta: Meta, tell: (state: State) => void): void {
    this.stopWaiting();
    const names = Object.values(meta.columns).filter((name) => name !== null);
    this.stopWaiting = whenThere(names, (there) => {
      if (this.map?.canBecome(meta)) this.map.update(meta, there, tell);
      else {
        this.map?.destroy();
        this.map = new LatentMap(meta, there, this.host, tell);
      }
    });
  }

  destroy(): void {
    this.stopWaiting();
    this.map?.destroy();
  }
}

/** What a component with a face is: made once for its element, then told what is new. */
interface Part<Meta, State> {
  update(meta: Meta, tell: (state: State) => void): void;
  destroy(): void;
}

function component<Meta, State>(
  rules: string,
  make: (meta: Meta, host: HTMLElement, tell: (state: State) => void) => Part<Meta, State>,
): (mount: Mount<Meta>) => Cleanup {
  const parts = new WeakMap<Node, Part<Meta, State>>();
  return ({ data, parentElement, setStateValue }) => {
    const tell = (state: State): void => setStateValue("state", state);
    const part = parts.get(parentElement);
    if (part) part.update(data, tell);
    else {
      const host = el("div", { class: "host" });
      parentElement.append(styled(rules), host);
      parts.set(parentElement, make(data, host, tell));
    }
    return () => {
      // Streamlit also ends a mount that was overtaken by the next one of the same element: what
      // the visitor sees goes on, and only what has left the page is ended.
      setTimeout(() => {
        if (parentElement.isConnected) return;
        parts.get(parentElement)?.destroy();
        parts.delete(parentElement);
        parentElement.replaceChildren();
      });
    };
  };
}

export const latentMap = component(
  `.host { width: 100%; height: 100%; } ${style}`,
  (...given: ConstructorParameters<typeof Room>) => new Room(...given),
);

export const mixingDesk = component(
  `${style} ${deskStyle}`,
  (...given: ConstructorParameters<typeof Desk>) => new Desk(...given),
);

/** One component for both: a pad where the model reads pictures, a box where it reads text. */
export const ownItem = component(
  `${style} ${ownStyle}`,
  (...given: ConstructorParameters<typeof Own>) => new Own(...given),
);

export const latentPath = component(
  `${style} ${deskStyle} ${pathStyle}`,
  (...[meta, host]: ConstructorParameters<typeof Path>) => new Path(meta, host),
);

/** Texts with marked words; it only shows. */
export const markedWords = component(
  `${style} ${wordsStyle}`,
  (...[meta, host]: ConstructorParameters<typeof Words>) => new Words(meta, host),
);

export const shareLink = component(
  shareStyle,
  (...given: ConstructorParameters<typeof ShareLink>) => new ShareLink(...given),
);

export const sharePicture = component(
  shareStyle,
  (...[meta, host]: ConstructorParameters<typeof SharePicture>) => new SharePicture(meta, host),
);
