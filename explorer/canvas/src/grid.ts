/**
 * Which points lie where: a uniform grid over the square, its cells' points in one typed array.
 *
 * Built once a map in time that grows with the points alone; five million take 20 MB.
 */

const MOST_CELLS_A_SIDE = 2048;
const POINTS_A_CELL = 4;

/** Whether a point takes part: not hidden by the legend, not left out by a filter. */
export type Accept = (index: number) => boolean;

export class Grid {
  /** Cells along each side. */
  readonly side: number;
  /** The points of cell c are order[start[c]] to order[start[c + 1] − 1]. */
  readonly start: Uint32Array;
  readonly order: Uint32Array;

  constructor(readonly points: Float32Array) {
    const count = points.length / 2;
    this.side = Math.min(
      MOST_CELLS_A_SIDE,
      Math.max(1, Math.ceil(Math.sqrt(count / POINTS_A_CELL))),
    );
    const cells = this.side * this.side;
    this.start = new Uint32Array(cells + 1);
    const cellOf = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const [u, v] = [points[2 * i], points[2 * i + 1]];
      // A point that lies nowhere is counted behind the last cell and left out.
      const cell = u === u && v === v ? this.column(v) * this.side + this.column(u) : cells;
      cellOf[i] = cell;
      if (cell < cells) this.start[cell + 1]++;
    }
    for (let cell = 0; cell < cells; cell++) this.start[cell + 1] += this.start[cell];
    this.order = new Uint32Array(this.start[cells]);
    const next = this.start.slice(0, cells);
    for (let i = 0; i < count; i++) {
      if (cellOf[i] < cells) this.order[next[cellOf[i]]++] = i;
    }
  }

  /** The column of u, or the row of v; what lies outside belongs to the cell at the edge. */
  column(u: number): number {
    const cell = Math.floor(((u + 1) / 2) * this.side);
    return cell < 0 ? 0 : cell >= this.side ? this.side - 1 : cell;
  }

  /** The accepted point nearest to (u, v) within `radius`, or −1. */
  nearest(u: number, v: number, radius: number, accept?: Accept): number {
    let best = -1;
    let closest = radius * radius;
    const [left, right] = [this.column(u - radius), this.column(u + radius)];
    const [bottom, top] = [this.column(v - radius), this.column(v + radius)];
    for (let row = bottom; row <= top; row++) {
      const from = this.start[row * this.side + left];
      const to = this.start[row * this.side + right + 1];
      // The cells of one row lie side by side in the array.
      for (let at = from; at < to; at++) {
        const index = this.order[at];
        const du = this.points[2 * index] - u;
        const dv = this.points[2 * index + 1] - v;
        const distance = du * du + dv * dv;
        if (distance <= closest && (distance < closest || best < 0)) {
          if (accept && !accept(index)) continue;
          closest = distance;
          best = index;
        }
      }
    }
    return best;
  }

  /** Call `see` with every point in the cells that touch a rectangle. */
  visit(left: number, bottom: number, right: number, top: number, see: (index: number) => void): void {
    const [first, last] = [this.column(left), this.column(right)];
    for (let row = this.column(bottom); row <= this.column(top); row++) {
      const to = this.start[row * this.side + last + 1];
      for (let at = this.start[row * this.side + first]; at < to; at++) see(this.order[at]);
    }
  }

  /** How many points lie in cells that touch a rectangle: enough to know how crowded it is. */
  countIn(left: number, bottom: number, right: number, top: number): number {
    let count = 0;
    const [first, last] = [this.column(left), this.column(right)];
    for (let row = this.column(bottom); row <= this.column(top); row++) {
      count += this.start[row * this.side + last + 1] - this.start[row * this.side + first];
    }
    return count;
  }

  /** Whether an accepted point lies in a rectangle; looks no further than the first. */
  anyIn(left: number, bottom: number, right: number, top: number, accept: Accept): boolean {
    const [first, last] = [this.column(left), this.column(right)];
    for (let row = this.column(bottom); row <= this.column(top); row++) {
      const to = this.start[row * this.side + last + 1];
      for (let at = this.start[row * this.side + first]; at < to; at++) {
        const index = this.order[at];
        const [u, v] = [this.points[2 * index], this.points[2 * index + 1]];
        if (u >= left && u <= right && v >= bottom && v <= top && accept(index)) return true;
      }
    }
    return false;
  }

  /** The accepted points in a polygon (u0, v0, u1, v1, …; even-odd rule), in rising order. */
  inPolygon(polygon: ArrayLike<number>, accept?: Accept): Uint32Array {
    const corners = polygon.length / 2;
    if (corners < 3) return new Uint32Array(0);
    const marked = new Uint8Array(this.points.length / 2);
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let k = 0; k < corners; k++) {
      left = Math.min(left, polygon[2 * k]);
      right = Math.max(right, polygon[2 * k]);
      bottom = Math.min(bottom, polygon[2 * k + 1]);
      top = Math.max(top, polygon[2 * k + 1]);
    }
    const [first, last] = [this.column(left), this.column(right)];
    const edge = new Uint8Array(this.side);
    let total = 0;
    for (let row = this.column(bottom); row <= this.column(top); row++) {
      this.markEdges(polygon, row, edge);
      // Between two cells that an edge touches, one answer holds for every cell and point.
      let known = false;
      let inside = false;
      for (let column = first; column <= last; column++) {
        const cell = row * this.side + column;
        const [from, to] = [this.start[cell], this.start[cell + 1]];
        if (edge[column]) known = false;
        else if (!known && from < to) {
          inside = contains(polygon, this.middle(column), this.middle(row));
          known = true;
        }
        for (let at = from; at < to; at++) {
          const index = this.order[at];
          const within = known
            ? inside
            : contains(polygon, this.points[2 * index], this.points[2 * index + 1]);
          if (within && (!accept || accept(index))) {
            marked[index] = 1;
            total++;
          }
        }
      }
    }
    const indices = new Uint32Array(total);
    for (let i = 0, at = 0; at < total; i++) if (marked[i]) indices[at++] = i;
    return indices;
  }

  private middle(cell: number): number {
    return (2 * cell + 1) / this.side - 1;
  }

  /** Mark the cells of a row that an edge of the polygon touches. */
  private markEdges(polygon: ArrayLike<number>, row: number, edge: Uint8Array): void {
    edge.fill(0);
    // A hair more than the row: a point on its border may be rounded to either side.
    const low = (2 * row) / this.side - 1 - 1e-6;
    const high = (2 * (row + 1)) / this.side - 1 + 1e-6;
    const corners = polygon.length / 2;
    for (let k = 0, j = corners - 1; k < corners; j = k++) {
      const [u0, v0, u1, v1] = [
        polygon[2 * j], polygon[2 * j + 1], polygon[2 * k], polygon[2 * k + 1],
      ]; // prettier-ignore
      if (Math.max(v0, v1) < low || Math.min(v0, v1) > high) continue;
      const at = (v: number) => (v0 === v1 ? u0 : u0 + ((v - v0) / (v1 - v0)) * (u1 - u0));
      const ends = [at(Math.max(low, Math.min(v0, v1))), at(Math.min(high, Math.max(v0, v1)))];
      if (v0 === v1) ends[1] = u1;
      const from = this.column(Math.min(...ends) - 1e-6);
      edge.fill(1, from, this.column(Math.max(...ends) + 1e-6) + 1);
    }
  }
}

/** Whether a point lies in a polygon by the even-odd rule. */
export function contains(polygon: ArrayLike<number>, u: number, v: number): boolean {
  let inside = false;
  const corners = polygon.length / 2;
  for (let k = 0, j = corners - 1; k < corners; j = k++) {
    const [vk, vj] = [polygon[2 * k + 1], polygon[2 * j + 1]];
    if (vk > v === vj > v) continue;
    const uk = polygon[2 * k];
    if (u < uk + ((v - vk) / (vj - vk)) * (polygon[2 * j] - uk)) inside = !inside;
  }
  return inside;
}
