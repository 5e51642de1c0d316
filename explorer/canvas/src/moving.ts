/** Points on their way from where they were seen to where they are to be seen. */
import { ABSENT, seenAll, type Lens, type Seen } from "./lens";
import type { Scene } from "./scales";

/** Milliseconds that a map takes to become another one. */
export const DURATION = 700;

/** Slow, fast, slow: from 0 at 0 to 1 at 1. */
export function eased(share: number): number {
  const t = Math.min(1, Math.max(0, share));
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}

export function mixed(from: Seen, to: Seen, share: number): Seen {
  if (!Number.isFinite(from[0])) return to;
  if (!Number.isFinite(to[0])) return from;
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** One way from map to map. All points go straight, on the window: they need not lie in one space. */
export class Moving {
  constructor(
    /** Of each point x and y in clip space, and how near it was; `ABSENT` where it was not. */
    readonly from: Float32Array,
    private began: number | null = null,
  ) {}

  /** Set out now: what there is to do before the first step is done. */
  begin(now: number): void {
    this.began ??= now;
  }

  /** How far along it is at a time, 0 to 1. */
  share(now: number): number {
    return this.began === null ? 0 : eased((now - this.began) / DURATION);
  }

  /** Where a point was seen when this began. */
  start(index: number, { width, height }: Lens): Seen {
    const [x, y, near] = this.from.subarray(3 * index, 3 * index + 3);
    return x >= ABSENT ? [NaN, NaN, 0] : [((x + 1) / 2) * width, ((1 - y) / 2) * height, near];
  }
}

/** Where every point is seen now, as `Moving` takes it; on the way, where it has come to. */
export function caught(scene: Scene, lens: Lens, moving: Moving | null, now: number): Float32Array {
  const found = seenAll(scene, lens);
  if (!moving) return found;
  const { from } = moving;
  const share = moving.share(now);
  for (let k = 0; k < found.length; k += 3) {
    if (from[k] === ABSENT) continue;
    const there = found[k] !== ABSENT;
    for (let part = k; part < k + 3; part++) {
      found[part] = there ? from[part] + (found[part] - from[part]) * share : from[part];
    }
  }
  return found;
}

/** Where marks were drawn last, by name: on the way from map to map they come from there. */
export class Followed {
  private last = new Map<string, Seen>();
  private before = new Map<string, Seen>();

  /** The map begins to become another one. */
  begin(): void {
    this.before = this.last;
    this.last = new Map();
  }

  /** Where a mark that belongs at `to` is drawn, `share` of the way along. */
  at(name: string, to: Seen, share: number): Seen {
    const from = share < 1 ? this.before.get(name) : undefined;
    const here = from ? mixed(from, to, share) : to;
    this.last.set(name, here);
    return here;
  }
}
