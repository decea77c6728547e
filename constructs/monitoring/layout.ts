import { heightOf, widgetOf, type Tile } from "./tile";

/** Tiles beside each other, and in as many lines as they need. */
export interface Row {
  /** A heading above them, also in the table of contents. @default none */
  readonly title?: string;
  readonly tiles: readonly Tile[];
}

/** Columns beside each other, from left to right as the data flows: each a heading, and its tiles one below the other. */
export interface Columns {
  /** A heading above them all. @default none */
  readonly title?: string;
  readonly columns: readonly { readonly title: string; readonly tiles: readonly Tile[] }[];
}

export type Section = Row | Columns;

/** What a screen is wide in Monitoring's measure, the finest that it has. */
export const WIDE = 48;
/** More tiles in a line than these, and none can be read. */
const MOST_IN_A_LINE = 4;
const HEADING = 4;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly widget: object;
}

/** @see https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#mosaiclayout */
export function mosaicOf(sections: readonly Section[]): object {
  const placed: Placed[] = [];
  let y = 0;
  for (const section of sections) {
    const heading = section.title === undefined ? [] : [headingOf(section.title)];
    const below = "columns" in section ? columnsOf(section) : rowOf(section);
    for (const each of stacked([...heading.map((one) => [one]), below])) placed.push({ ...each, y: each.y + y });
    y = Math.max(y, ...placed.map((each) => each.y + each.height));
  }
  return {
    columns: WIDE,
    // Of what is 0 Monitoring gives nothing back: whoever says it finds a change at every plan.
    tiles: placed.map(({ x, y: top, width, height, widget }) => ({
      ...(x > 0 && { xPos: x }),
      ...(top > 0 && { yPos: top }),
      width,
      height,
      widget,
    })),
  };
}

const headingOf = (title: string): Placed => ({
  x: 0,
  y: 0,
  width: WIDE,
  height: HEADING,
  widget: { title, sectionHeader: { dividerBelow: true } },
});

/** Groups one below the other, each as high as its highest. */
function stacked(groups: readonly (readonly Placed[])[]): readonly Placed[] {
  let top = 0;
  return groups.flatMap((group) => {
    const here = group.map((each) => ({ ...each, y: each.y + top }));
    top = Math.max(top, ...here.map(({ y, height }) => y + height));
    return here;
  });
}

function rowOf({ tiles }: Row): readonly Placed[] {
  return stacked(linesOf(tiles).map(lineOf));
}

/** As many lines as are needed, of about the same number of tiles. A tile with a width takes what it takes. */
function linesOf(tiles: readonly Tile[]): readonly (readonly Tile[])[] {
  const lines = Math.ceil(tiles.length / MOST_IN_A_LINE);
  const inALine = Math.ceil(tiles.length / lines);
  const result: Tile[][] = [];
  let said = 0;
  for (const tile of tiles) {
    const line = result.at(-1);
    const width = tile.width ?? 0;
    if (line === undefined || line.length === inALine || said + width > WIDE) {
      result.push([tile]);
      said = width;
    } else {
      line.push(tile);
      said += width;
    }
  }
  return result;
}

/** Tiles of one height; the last of those without a width gets what a division leaves over. */
function lineOf(tiles: readonly Tile[]): readonly Placed[] {
  const height = Math.max(...tiles.map(heightOf));
  const said = tiles.reduce((sum, { width = 0 }) => sum + width, 0);
  let sharing = tiles.filter(({ width }) => width === undefined).length;
  let left = WIDE - said;
  let x = 0;
  return tiles.map((tile) => {
    const width = tile.width ?? Math.max(1, Math.floor(left / sharing));
    if (tile.width === undefined) {
      left -= width;
      sharing -= 1;
    }
    const placed = { x, y: 0, width, height, widget: widgetOf(tile) };
    x += width;
    return placed;
  });
}

function columnsOf({ columns }: Columns): readonly Placed[] {
  const width = Math.floor(WIDE / columns.length);
  return columns.flatMap(({ title, tiles }, index) => {
    // A heading of Monitoring's is as wide as the screen: a text is one of a column.
    const heading: Tile = { text: `### ${title}`, height: HEADING };
    const column = stacked([heading, ...tiles].map((tile) => [below(tile, width)]));
    return column.map((each) => ({ ...each, x: index * width }));
  });
}

const below = (tile: Tile, width: number): Placed => ({
  x: 0,
  y: 0,
  width,
  height: heightOf(tile),
  widget: widgetOf(tile),
});
