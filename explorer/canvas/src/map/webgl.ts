/** Points by WebGL: one call draws all of them, on their way from map to map too. */
import { el, flat } from "../dom";
import { ABSENT, NEAREST } from "../lens";
import type { Moving } from "../moving";
import type { Scene } from "../scales";
import { parsed } from "../theme";
import type { Styles } from "./model";
import { DEPTH, type Renderer, type Shot } from "./renderer";

/** Styles in a row of the texture that says how they look. */
const ROW = 256;

const float = (value: number): string => value.toFixed(6);

const VERTEX = `
precision highp float;
attribute vec3 from;
attribute vec3 place;
attribute float style;
uniform mat4 lens;
uniform float middle, share, size;
uniform vec2 palette;
uniform sampler2D looks;
varying vec4 ink;
varying float width;

void main() {
  vec4 clip = lens * vec4(place, 1.0);
  bool is = place.x < 8.0 && clip.w > ${float(NEAREST)} * middle;
  bool was = from.x < ${float(ABSENT / 2)};
  vec3 to = vec3(clip.xy, middle) / clip.w;
  vec3 here = share >= 1.0 || (is && !was) ? to : is ? mix(from, to, share) : from;
  float shown = is ? (was || share >= 1.0 ? 1.0 : share) : (was && share < 1.0 ? 1.0 - share : 0.0);
  vec2 cell = vec2(mod(style, ${float(ROW)}), floor(style / ${float(ROW)})) + 0.5;
  ink = texture2D(looks, cell / palette);
  ink.a = min(1.0, ink.a * max(${float(DEPTH.least)}, pow(here.z, ${float(DEPTH.ink)}))) * shown;
  width = size * min(${float(DEPTH.most)}, pow(here.z, ${float(DEPTH.size)}));
  gl_PointSize = width + 1.0;
  gl_Position = ink.a > 0.0 ? vec4(here.xy, 0.0, 1.0) : vec4(9.0, 9.0, 0.0, 1.0);
}`;

const FRAGMENT = `
precision highp float;
varying vec4 ink;
varying float width;

void main() {
  float off = length(gl_PointCoord - 0.5) * (width + 1.0);
  float alpha = ink.a * clamp(width / 2.0 + 0.5 - off, 0.0, 1.0);
  if (alpha <= 0.0) discard;
  gl_FragColor = vec4(ink.rgb * alpha, alpha);
}`;

/** Whether this browser can draw points by WebGL as it is needed. */
export function hasWebgl(): boolean {
  const gl = document.createElement("canvas").getContext("webgl");
  if (!gl) return false;
  const able =
    gl.getParameter(gl.MAX_VERTEX_TEXTURE_IMAGE_UNITS) > 0 &&
    gl.getExtension("OES_element_index_uint") !== null;
  // Browsers keep few contexts alive: give this one back at once.
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return able;
}

type Attribute = "from" | "place" | "style";
const UNIFORMS = ["lens", "middle", "share", "size", "palette", "looks"] as const;

export class WebglRenderer implements Renderer {
  readonly kind = "webgl";
  private readonly surface = el("canvas");
  private readonly gl: WebGLRenderingContext;
  private readonly buffers: Record<Attribute | "order", WebGLBuffer>;
  private readonly uniforms: Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>;
  private count = 0;
  private dims = 2;
  private rows = 1;
  /** How many points are drawn in an order of their own; null where all are, in theirs. */
  private ordered: number | null = null;
  private moving = false;
  private destroyed = false;

  /** `lost` is called when the browser takes the graphics context away. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    lost: () => void,
  ) {
    const gl = this.surface.getContext("webgl", { antialias: false, depth: false });
    if (!gl) throw new Error("This browser gives no graphics context.");
    this.gl = gl;
    this.surface.addEventListener("webglcontextlost", () => {
      if (!this.destroyed) lost();
    });
    gl.getExtension("OES_element_index_uint");
    const program = programOf(gl);
    gl.useProgram(program);
    const make = (): WebGLBuffer => gl.createBuffer()!;
    this.buffers = { from: make(), place: make(), style: make(), order: make() };
    this.uniforms = Object.fromEntries(
      UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]),
    ) as typeof this.uniforms;
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    }
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  setPoints({ points, dims, count }: Scene): void {
    this.count = count;
    this.dims = dims;
    // A point that lies nowhere is told by a place that no other has.
    this.fill("place", points.some(Number.isNaN) ? points.map((at) => (at === at ? at : 9)) : points);
  }

  setCodes(codes: Uint16Array): void {
    this.fill("style", codes);
  }

  setMoving(moving: Moving | null): void {
    this.moving = moving !== null;
    // Nothing keeps the memory of a way that is over.
    this.fill("from", moving?.from ?? new Float32Array(0));
  }

  setOrder(order: Uint32Array | null): void {
    this.ordered = order && order.length;
    const { gl } = this;
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order ?? new Uint32Array(0), gl.DYNAMIC_DRAW);
  }

  setStyles({ colours, opacities }: Styles): void {
    const { gl } = this;
    this.rows = Math.ceil(colours.length / ROW);
    const looks = new Uint8Array(4 * ROW * this.rows);
    colours.forEach((colour, style) => {
      looks.set([...parsed(colour).slice(0, 3), Math.round(255 * opacities[style])], 4 * style);
    });
    const { RGBA, UNSIGNED_BYTE } = gl;
    gl.texImage2D(gl.TEXTURE_2D, 0, RGBA, ROW, this.rows, 0, RGBA, UNSIGNED_BYTE, looks);
  }

  draw({ lens, size, share, step }: Shot): void {
    const { gl, uniforms, canvas, surface } = this;
    if (surface.width !== canvas.width) surface.width = canvas.width;
    if (surface.height !== canvas.height) surface.height = canvas.height;
    gl.viewport(0, 0, surface.width, surface.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix4fv(uniforms.lens, false, lens.matrix as number[]);
    gl.uniform1f(uniforms.middle, lens.middle);
    gl.uniform1f(uniforms.share, this.moving ? share : 1);
    gl.uniform1f(uniforms.size, (size * step ** 0.25 * canvas.width) / lens.width);
    gl.uniform2f(uniforms.palette, ROW, this.rows);
    this.feed("place", 0, this.dims, gl.FLOAT);
    this.feed("style", 1, 1, gl.UNSIGNED_SHORT);
    if (this.moving) this.feed("from", 2, 3, gl.FLOAT);
    else gl.disableVertexAttribArray(2);
    if (this.ordered !== null) {
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
      gl.drawElements(gl.POINTS, this.ordered, gl.UNSIGNED_INT, 0);
    } else gl.drawArrays(gl.POINTS, 0, this.count);
    const context = flat(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(surface, 0, 0);
  }

  private fill(name: Attribute, content: Float32Array | Uint16Array): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, content, gl.STATIC_DRAW);
  }

  private feed(name: Attribute, at: number, size: number, type: number): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, size, type, false, 0, 0);
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function programOf(gl: WebGLRenderingContext): WebGLProgram {
  const program = gl.createProgram()!;
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  // Places first: some drivers draw nothing where the first attribute is switched off.
  (["place", "style", "from"] as const).forEach((name, at) => gl.bindAttribLocation(program, at, name));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The points' shaders were refused: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
