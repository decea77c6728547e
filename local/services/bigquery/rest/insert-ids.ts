import type { Clock } from "../../../service";

/** BigQuery remembers an insertId for about a minute, as well as it can. */
const REMEMBERED = 60_000;

interface WithInsertId {
  readonly insertId: string | undefined;
}

/** The ids of rows that were inserted lately, by table. @see https://cloud.google.com/bigquery/docs/streaming-data-into-bigquery#dataconsistency */
export class InsertIds {
  private readonly byTable = new Map<string, Map<string, number>>();

  constructor(private readonly clock: Clock) {}

  /** The rows whose id was not seen, each id once. */
  unseen<Row extends WithInsertId>(table: string, rows: readonly Row[]): readonly Row[] {
    const known = this.byTable.get(table);
    const since = this.clock.now() - REMEMBERED;
    const here = new Set<string>();
    return rows.filter(({ insertId }) => {
      if (insertId === undefined) return true;
      if ((known?.get(insertId) ?? Number.NEGATIVE_INFINITY) >= since || here.has(insertId)) return false;
      here.add(insertId);
      return true;
    });
  }

  remember(table: string, rows: readonly WithInsertId[]): void {
    const now = this.clock.now();
    const known = this.byTable.get(table) ?? new Map<string, number>();
    this.byTable.set(table, known);
    // In the order in which they came: the oldest stand first.
    for (const [insertId, at] of known) {
      if (at >= now - REMEMBERED) break;
      known.delete(insertId);
    }
    for (const { insertId } of rows) if (insertId !== undefined) known.set(insertId, now);
  }
}
