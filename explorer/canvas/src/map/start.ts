/** Which way points are drawn in this browser: WebGL, a plain canvas, or not at all. */
import { el } from "../dom";
import { counted } from "../scales";
import type { Status } from "../status";
import { PlainRenderer } from "./plain";
import { PLAIN_MOST } from "./renderer";
import type { Stage } from "./stage";
import { hasWebgl, WebglRenderer } from "./webgl";

/** Start drawing; where that cannot be, `root` says why and what would help. */
export function startPoints(stage: Stage, root: HTMLElement, status: Status): void {
  const { count } = stage.model.scene;
  if (hasWebgl()) {
    const make = (canvas: HTMLCanvasElement): WebglRenderer =>
      new WebglRenderer(canvas, () => stage.start(make));
    stage.start(make);
  } else if (count <= PLAIN_MOST) {
    stage.start((canvas) => new PlainRenderer(canvas));
    status.plain();
  } else {
    const words =
      `This browser offers no WebGL, which a map of ${counted(count)} points needs. Up to ` +
      `${counted(PLAIN_MOST)} points are drawn without it: use another browser, or turn on ` +
      "hardware acceleration in this one.";
    root.append(el("div", { class: "refusal", role: "alert" }, words));
  }
}
