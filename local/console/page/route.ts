/** How a link runs through its points: level at each of them, bent between. */
import type { Point } from "../layout/layout";

const HEAD_LENGTH = 7;
const HEAD_WIDTH = 3.6;

export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first.x} ${first.y}`;
  let last = first;
  for (const point of rest) {
    const bend = (point.x - last.x) / 2;
    path +=
      last.y === point.y
        ? `H${point.x}`
        : `C${last.x + bend} ${last.y} ${point.x - bend} ${point.y} ${point.x} ${point.y}`;
    last = point;
  }
  return path;
}

/** The arrow's head at the last point: links arrive level. */
export function headOf(points: readonly Point[]): string {
  const [before, end] = [points.at(-2), points.at(-1)];
  if (before === undefined || end === undefined) return "";
  const back = end.x + (before.x < end.x ? -HEAD_LENGTH : HEAD_LENGTH);
  return `M${end.x} ${end.y}L${back} ${end.y - HEAD_WIDTH}L${back} ${end.y + HEAD_WIDTH}Z`;
}

/** Near the end, where links of one node have parted. */
export function labelPlace(points: readonly Point[]): Point {
  const [before, end] = [points.at(-2), points.at(-1)];
  if (before === undefined || end === undefined) return { x: 0, y: 0 };
  // The curve of pathOf at its parameter t, as shares of the way across and down.
  const t = 0.62;
  const across = 1.5 * t * (1 - t) + t ** 3;
  const down = 3 * t ** 2 - 2 * t ** 3;
  return { x: before.x + (end.x - before.x) * across, y: before.y + (end.y - before.y) * down };
}
