/**
 * Writes of rows that each find their place by a key: what Bigtable and Firestore have in common. A request is not all
 * or nothing; each of its writes has a status of its own.
 */

/** What became of a write: a code of gRPC, and the sentence beside it. */
export interface WriteStatus {
  readonly code: number;
  readonly message: string;
}

export interface RowWriter {
  /**
   * @param into what the rows go to: a table, a collection
   * @param rows as the sink's kind encodes them, no two of one key
   * @returns the status of each, in their order
   * @throws RequestRefused where the request as a whole will never be taken
   * @throws Error where it is not known what became of it
   */
  write(into: string, rows: readonly Uint8Array[]): Promise<readonly WriteStatus[]>;
}

/** A request that was refused as a whole, and would be whenever it is sent: one of its rows, or several, are amiss. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
}

const OK = 0;
/** What is amiss is the row: INVALID_ARGUMENT, OUT_OF_RANGE. All else may be otherwise in a while, or a person has to see to it. */
const refusals: ReadonlySet<number> = new Set([3, 11]);

/**
 * Writes rows, of those of one key the newest alone.
 * @param keyOf what finds a row's place, as text
 * @param isNewer whether a row is to stand in the place of one before it; undefined where a later one always is
 * @returns those that will not be taken, by their place, and why
 * @throws Error where all of them are to be sent again
 */
export async function writeRows(
  writer: RowWriter,
  into: string,
  rows: readonly Uint8Array[],
  keyOf: (row: Uint8Array) => string,
  isNewer: (row: Uint8Array, before: Uint8Array) => boolean = () => true,
): Promise<ReadonlyMap<number, string>> {
  const newest = new Map<string, number>();
  for (const [place, row] of rows.entries()) {
    const key = keyOf(row);
    const before = newest.get(key);
    if (before === undefined || isNewer(row, rows[before] as Uint8Array)) newest.set(key, place);
  }
  const places = [...newest.values()];
  const refused = new Map<number, string>();
  await writeParts(writer, into, rows, places, refused);
  return refused;
}

/** What is refused as a whole is halved until it is known which of its rows are not taken. */
async function writeParts(
  writer: RowWriter,
  into: string,
  rows: readonly Uint8Array[],
  places: readonly number[],
  refused: Map<number, string>,
): Promise<void> {
  if (places.length === 0) return;
  const statuses = await writer
    .write(
      into,
      places.map((place) => rows[place] as Uint8Array),
    )
    .catch((error: unknown) => {
      if (error instanceof RequestRefused) return error;
      throw error;
    });
  if (statuses instanceof RequestRefused) {
    const [only] = places;
    if (places.length === 1 && only !== undefined) {
      refused.set(only, statuses.message);
      return;
    }
    const half = places.length >>> 1;
    await writeParts(writer, into, rows, places.slice(0, half), refused);
    await writeParts(writer, into, rows, places.slice(half), refused);
    return;
  }
  if (statuses.length !== places.length) {
    throw new Error(`${into} answers for ${statuses.length} of ${places.length} rows`);
  }
  const failed = statuses.find(({ code }) => code !== OK && !refusals.has(code));
  if (failed !== undefined) throw new Error(`${failed.code}: ${failed.message} (${into})`);
  for (const [i, { code, message }] of statuses.entries()) {
    if (code !== OK) refused.set(places[i] as number, message);
  }
}
