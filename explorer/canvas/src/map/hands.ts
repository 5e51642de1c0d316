/** What each gesture and key does, by the tool that is chosen. */
import type { Drawing } from "./draw";
import type { Hands, Place, Tool } from "./gestures";
import type { Commands } from "./keys";
import type { Look } from "./look";
import type { Navigation } from "./navigation";
import type { Probe } from "./probe";
import type { Select } from "./select";

export interface Parts {
  probe: Probe;
  looking: Look;
  selecting: Select;
  navigation: Navigation;
  drawing: Drawing;
  tool(): Tool;
  /** Something was probed: the first hint has done its work. */
  probed(): void;
}

export function handsOf(parts: Parts): Hands {
  const { probe, looking, selecting, navigation, drawing, tool } = parts;
  return {
    tool,
    hover: ({ x, y, touch }) => !touch && tool() !== "draw" && looking.hover(x, y),
    leave: () => looking.leave(),
    press: (place) => {
      looking.leave();
      const chosen = tool();
      if (chosen === "draw") drawing.begin(place);
      else if (chosen === "box" || chosen === "lasso") selecting.begin(chosen, place);
      else if (!place.shift) {
        probe.begin();
        probe.at(place.x, place.y, place.touch, false);
        parts.probed();
      }
    },
    drag: (place) => {
      if (tool() === "draw") drawing.extend(place);
      else if (tool() !== "probe") selecting.extend(place);
      else if (!place.shift) probe.at(place.x, place.y, place.touch, false);
    },
    release: (place, click) => {
      if (tool() === "draw") drawing.end();
      else if (click) clicked(parts, place);
      else if (tool() === "probe" && !place.shift) probe.at(place.x, place.y, place.touch, true);
      else if (tool() !== "probe") selecting.end(place);
    },
    cancel: () => {
      selecting.cancel();
      drawing.cancel();
      probe.clear();
    },
    pan: (dx, dy) => navigation.pan(dx, dy),
    pinch: (before, after) => navigation.pinch(before, after),
    zoom: (place, factor) => navigation.zoom(factor, place.x, place.y),
  };
}

function clicked({ probe, looking, selecting, tool }: Parts, place: Place): void {
  selecting.cancel();
  const index = looking.itemAt(place.x, place.y, place.touch);
  if (index >= 0 && place.shift) selecting.toggle(index);
  else if (index >= 0) looking.pick(index);
  if (tool() !== "probe" || place.shift) return;
  if (probe.pins.removeAt(place.x, place.y)) probe.clear();
  else probe.at(place.x, place.y, place.touch, true);
}

export function commandsOf(
  parts: Parts,
  more: Pick<Commands, "search" | "choose" | "space"> & { stopDrawing(): boolean },
): Commands {
  const { probe, looking, selecting, navigation } = parts;
  return {
    step: (dx, dy) => {
      probe.step(dx, dy);
      parts.probed();
    },
    pin: () => probe.pin(),
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
