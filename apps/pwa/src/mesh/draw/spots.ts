/** In pixels of the stage. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];
export type Spot = readonly [x: number, y: number];
export type Line = readonly [x0: number, y0: number, x1: number, y1: number];

export const overlap = (p: Box, q: Box): boolean => p[0] < q[2] && p[2] > q[0] && p[1] < q[3] && p[3] > q[1];

/** Where the name of a node at (x, y) can begin, dearest first. `off`: from the node's middle to the name; `half`: of the name's height. */
export function spotsAround(x: number, y: number, off: number, width: number, half: number): readonly Spot[] {
  const [below, above] = [y + off + half - 1, y - off - half + 1];
  return [
    [x - width / 2, below],
    [x - width / 2, above],
    [x + off, y],
    [x - off - width, y],
    [x + off * 0.7, y + off],
    [x - off * 0.7 - width, y + off],
    [x + off * 0.7, y - off],
    [x - off * 0.7 - width, y - off],
    [x - width * 0.25, below],
    [x - width * 0.75, below],
    [x - width * 0.25, above],
    [x - width * 0.75, above],
  ];
}

/** How much of the line lies in the box, in pixels; undefined: they do not touch (Liang-Barsky clipping). */
export function within([x0, y0, x1, y1]: Line, [left, top, right, bottom]: Box): number | undefined {
  let [enters, leaves] = [0, 1];
  for (const [step, room] of [
    [x0 - x1, x0 - left],
    [x1 - x0, right - x0],
    [y0 - y1, y0 - top],
    [y1 - y0, bottom - y0],
  ] as const) {
    if (step === 0) {
      if (room < 0) return undefined;
    } else if (step < 0) enters = Math.max(enters, room / step);
    else leaves = Math.min(leaves, room / step);
    if (enters > leaves) return undefined;
  }
  return Math.hypot(x1 - x0, y1 - y0) * (leaves - enters);
}
