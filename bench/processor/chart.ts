/** The results as a picture: thousand events a second of CPU, a group of bars for each query. */
import type { QueryResult } from "./processor";

const BARS = [
  { name: "this processor", color: "#1a66c2", of: ({ micros }: QueryResult) => micros.engine },
  { name: "JSON.parse and a Map", color: "#8a94a3", of: ({ micros }: QueryResult) => micros.naive },
  { name: "sessions in place", color: "#5b6472", of: ({ micros }: QueryResult) => micros.careful },
  { name: "Bytewax 0.21, orjson", color: "#d98a1f", of: ({ micros }: QueryResult) => micros.bytewax },
] as const;

const WIDTH = 720;
const LEFT = 92;
const RIGHT = 64;
const TOP = 64;
const BAR = 16;
const GROUP_GAP = 18;
/** From one name of the legend to the next. */
const LEGEND = 156;

/** An SVG, without a font or a style of its own beyond what every viewer has. */
export function chart(results: readonly QueryResult[], title: string): string {
  const groups = results.map((result) => ({
    query: result.query,
    bars: BARS.flatMap(({ name, color, of }) => {
      const micros = of(result);
      return micros === undefined ? [] : [{ name, color, rate: 1_000 / micros }];
    }),
  }));
  const most = niceAbove(Math.max(...groups.flatMap(({ bars }) => bars.map(({ rate }) => rate))));
  const across = (rate: number): number => (rate / most) * (WIDTH - LEFT - RIGHT);
  let y = TOP;
  const drawn = groups.map(({ query, bars }) => {
    const top = y;
    y += bars.length * BAR + GROUP_GAP;
    const middle = top + (bars.length * BAR) / 2;
    return [
      text(LEFT - 10, middle + 4, query, "end", "bold"),
      ...bars.flatMap(({ color, name, rate }, i) => [
        `<rect x="${LEFT}" y="${top + i * BAR + 1}" width="${across(rate).toFixed(1)}" height="${BAR - 2}" fill="${color}"><title>${name}, ${query}</title></rect>`,
        text(LEFT + across(rate) + 6, top + i * BAR + 12, Math.round(rate).toLocaleString("en"), "start"),
      ]),
    ].join("\n");
  });
  const bottom = y - GROUP_GAP + 6;
  const ticks = Array.from({ length: 5 }, (_, i) => (most / 4) * i).map((rate) => {
    const x = (LEFT + across(rate)).toFixed(1);
    return `<line x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${bottom}" stroke="#e3e6ea"/>\n${text(Number(x), bottom + 16, rate.toLocaleString("en"), "middle")}`;
  });
  const legend = BARS.map(
    ({ name, color }, i) =>
      `<rect x="${LEFT + i * LEGEND}" y="36" width="12" height="12" fill="${color}"/>\n${text(LEFT + 18 + i * LEGEND, 46, name, "start")}`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 28}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(LEFT, 22, title, "start", "bold"),
    ...legend,
    ...ticks,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

const text = (x: number, y: number, content: string, anchor: "start" | "middle" | "end", weight = "normal"): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-weight="${weight}" fill="#1d2530">${escaped(content)}</text>`;

const escaped = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The least of 1, 2, 4 and 8 times a power of ten that is not below. */
export function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8].find((times) => times * power >= value) ?? 10) * power;
}
