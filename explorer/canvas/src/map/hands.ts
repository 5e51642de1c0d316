/** What each gesture and key does, by the tool that is chosen. */
import type { Drawing } from "./draw";
import { SLACK, type Hands, type Place, type Tool } from "./gestures";
import type { Guests } from "./guests";
import type { Commands } from "./keys";
import type { Look } from "./look";
import type { MapModel } from "./model";
import type { Names } from "./names";
import type { Navigation } from "./navigation";
import type { Probe } from "./probe";
import type { Select } from "./select";

export interface Parts {
  model: MapModel;
  probe: Probe;
  looking: Look;
  guests: Guests;
  selecting: Select;
  names: Names;
  navigation: Navigation;
  drawing: Drawing;
  tool(): Tool;
  /** Whether the map lies in space. */
  deep(): boolean;
  /** Show that what is under the pointer can be clicked. */
  point(clickable: boolean): void;
  /** Something was probed: the first hint has done its work. */
  probed(): void;
}

export function handsOf(parts: Parts): Hands {
  const { probe, looking, guests, selecting, names, navigation, drawing, tool, deep } = parts;
  const leave = (): void => {
    looking.leave();
    guests.leave();
    probe.pins.leave();
  };
  /** Where the hand that turns the map was last. */
  let turning: Place | null = null;
  /** Where a name or an item was pressed: it is meant if the hand does not move from there. */
  let meant: Place | null = null;
  let still = true;
  const start = (place: Place): void => {
    probe.begin();
    probe.at(place.x, place.y, place.touch, false);
    parts.probed();
  };
  return {
    tool,
    hover: ({ x, y, touch }) => {
      if (touch || tool() === "draw") return;
      const name = names.hover(x, y);
      parts.point(name);
      if (name) leave();
      else if (probe.pins.hover(x, y)) [looking, guests].forEach((one) => one.leave());
      else if (guests.hover(x, y)) looking.leave();
      else looking.hover(x, y);
    },
    leave,
    press: (place) => {
      leave();
      const chosen = tool();
      const probes = chosen === "probe";
      const named = probes && names.at(place.x, place.y) !== null;
      const looks = probes && !named && !place.shift && !deep();
      const item = looks ? looking.itemAt(place.x, place.y, place.touch) : -1;
      meant = named || item >= 0 ? place : null;
      still = true;
      turning = probes && deep() ? place : null;
      if (chosen === "draw") drawing.begin(place);
      else if (chosen === "box" || chosen === "lasso") selecting.begin(chosen, place);
      else if (item >= 0) {
        probe.begin();
        probe.item(item, place.touch, false);
        parts.probed();
      } else if (!place.shift && !named && !turning) start(place);
    },
    drag: (place) => {
      const from = turning ?? meant;
      still &&= from !== null && Math.hypot(place.x - from.x, place.y - from.y) <= SLACK;
      if (still) return;
      if (turning) {
        const [dx, dy] = [place.x - turning.x, place.y - turning.y];
        if (turning.shift) navigation.pan(dx, dy);
        else navigation.turn(dx, dy);
        turning = { ...place, shift: turning.shift };
      } else if (tool() === "draw") drawing.extend(place);
      else if (tool() !== "probe") selecting.extend(place);
      else if (!place.shift && meant) {
        meant = null;
        start(place);
      } else if (!place.shift) probe.at(place.x, place.y, place.touch, false);
    },
    release: (place, click) => {
      if (tool() === "draw") drawing.end();
      else if (click) clicked(parts, place);
      else if (tool() !== "probe") selecting.end(place);
      else if (!turning && !place.shift) probe.at(place.x, place.y, place.touch, true);
      turning = null;
    },
    cancel: () => {
      turning = null;
      selecting.cancel();
      drawing.cancel();
      probe.clear();
    },
    pan: (dx, dy) => navigation.pan(dx, dy),
    pinch: (before, after) => navigation.pinch(before, after),
    zoom: (place, factor) => navigation.zoom(factor, place.x, place.y),
    twice: () => deep() && navigation.reset(),
    rightPans: deep,
  };
}

function clicked(parts: Parts, place: Place): void {
  const { probe, looking, selecting, names, model, tool } = parts;
  selecting.cancel();
  const name = names.at(place.x, place.y);
  if (name) {
    selecting.take(model.membersOf(name.themes, name.code), place);
    return;
  }
  const index = looking.itemAt(place.x, place.y, place.touch);
  if (index >= 0 && place.shift) selecting.toggle(index);
  else if (index >= 0) looking.pick(index);
  if (tool() !== "probe" || place.shift) return;
  if (probe.pins.removeAt(place.x, place.y)) probe.clear();
  else if (index >= 0) {
    // What the page shows beside the map is what is decoded, not the place a few pixels away.
    probe.item(index, place.touch, true);
    parts.probed();
  } else if (!parts.deep()) probe.at(place.x, place.y, place.touch, true);
}

export function commandsOf(
  parts: Parts,
  more: Pick<Commands, "search" | "choose" | "space"> & { stopDrawing(): boolean },
): Commands {
  const { probe, looking, selecting, navigation } = parts;
  return {
    step: (dx, dy) => {
      if (parts.deep()) {
        navigation.turn(dx, dy);
        return;
      }
      probe.step(dx, dy);
      parts.probed();
    },
    pin: () => {
      if (parts.deep() && !probe.active && looking.picked >= 0) probe.item(looking.picked, false, true);
      else probe.pin();
    },
    clear: () => {
      if (more.stopDrawing()) return;
      if (probe.active) probe.clear();
      else if (!selecting.clear()) looking.pick(-1);
    },
    zoom: (factor) => navigation.zoom(factor),
    reset: () => navigation.reset(),
    ...more,
  };
}
