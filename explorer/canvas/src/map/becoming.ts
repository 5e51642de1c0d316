/** One map becomes another one: the same items, seen otherwise, on a plane or in space. */
import { decodeRanges, fromBase64 } from "../ranges";
import type { Chrome } from "./chrome";
import type { Context } from "./context";
import type { Parts } from "./hands";
import { HELP, HELP_DEEP } from "./keys";
import type { Meta } from "./meta";
import type { Columns } from "./model";
import type { Way } from "./way";

export class Becoming {
  /** The token of the last order that was carried out. */
  private done = "";

  constructor(
    private readonly ctx: Context,
    private readonly parts: Parts,
    private readonly chrome: Chrome,
    private readonly way: Way,
    /** The map's element, and the one that says what keys do. */
    private readonly elements: { root: HTMLElement; help: HTMLElement },
    /** What a hand is doing is not to be. */
    private readonly letGo: () => void,
  ) {}

  /** What is marked goes with the items; what was a mere place, such as the probe's, is gone. */
  move(meta: Meta, columns: Columns): void {
    const { looking, guests, probe, selecting, names } = this.parts;
    const { model, stage } = this.ctx;
    const from = stage.caught();
    looking.leave();
    guests.leave();
    probe.clear();
    selecting.cancel();
    this.letGo();
    names.moved();
    this.way.moved();
    model.move(meta, columns);
    stage.moved(from);
    this.chrome.minimap.forget();
    this.remark(probe.pins.moved());
    this.lie();
  }

  /** Be as one left it in this tab, and then as Python wants it. */
  arrive(): void {
    this.parts.navigation.return();
    this.parts.probe.pins.restore();
    this.obey();
  }

  /** Do what Python orders, once. */
  obey(): void {
    const { order, count } = this.ctx.meta();
    if (!order || order.token === this.done) return;
    this.done = order.token;
    const { navigation, probe, selecting } = this.parts;
    if (order.camera) navigation.to(order.camera);
    if (order.ranges !== null) selecting.set(decodeRanges(fromBase64(order.ranges), count));
    if (order.pins) probe.pins.retake();
    const asked = order.query === null ? {} : { query: order.query };
    if (order.query !== null) this.chrome.search?.put(order.query);
    this.ctx.send({ ...asked, pins: probe.pins.list, done: order.token });
  }

  private remark(lost: number): void {
    if (lost === 0) return;
    const words =
      lost === 1
        ? "One pin lies between the items of another map: it is kept, and shown there"
        : `${lost} pins lie between the items of another map: they are kept, and shown there`;
    this.chrome.remark.say(words);
    this.ctx.say(words);
  }

  /** Be what the items make it: a map on a plane, or one in space. */
  lie(): void {
    const { deep } = this.ctx.stage;
    const { root, help } = this.elements;
    root.dataset.dims = deep ? "3" : "2";
    help.textContent = deep ? HELP_DEEP : HELP;
    this.chrome.lies(deep);
  }
}
