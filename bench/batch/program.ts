/** One contestant with one pipeline of web-traffic over one file, a process of its own. Says what it took, and leaves. */
import { createReadStream } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { runBounded } from "../../pipeline-images/stream-processor/batch/bounded-run";
import { fileSource } from "../../pipeline-images/stream-processor/batch/bounded-source";
import { formatOf } from "../../pipeline-images/stream-processor/formats/of-binding";
import { minuteTraffic } from "../../stacks/web-traffic/pipelines/minute-traffic";
import { userTraffic } from "../../stacks/web-traffic/pipelines/user-traffic";

export interface BatchAnswer {
  /** Of CPU, from the start of the process. */
  readonly cpuMicros: number;
  /** Most memory that it had. */
  readonly megabytes: number;
  readonly rows: number;
  /** All pageviews of all rows: each line of the file, once. */
  readonly pageviews: number;
}

type Run = (file: string) => Promise<Pick<BatchAnswer, "rows" | "pageviews">>;

const STARTED = Date.UTC(2026, 2, 3, 3);
const pipelines = { user_traffic: userTraffic, minute_traffic: minuteTraffic };

const sql = {
  user_traffic:
    "SELECT user_id, COUNT(*) AS pageviews, SUM(num_bytes) AS total_bytes, MAX(num_bytes) AS max_bytes, MIN(num_bytes) AS min_bytes FROM events GROUP BY user_id",
  minute_traffic:
    "SELECT date_trunc('minute', timestamp) AS timestamp, COUNT(*) AS pageviews FROM events GROUP BY date_trunc('minute', timestamp)",
};

const metrics = "SELECT COUNT(*), COUNT(DISTINCT user_id), SUM(num_bytes), MIN(timestamp), MAX(timestamp) FROM events";

const engine =
  (name: keyof typeof pipelines): Run =>
  async (file) => {
    let rows = 0;
    let pageviews = 0;
    await runBounded({
      spec: pipelines[name].toJSON(),
      inputs: { events: [fileSource(file, formatOf({ type: "json-lines" }), () => createReadStream(file))] },
      started: STARTED,
      output: (output) => (row) => {
        if (output !== name) return;
        rows += 1;
        pageviews += Number(row["pageviews"]);
      },
      errors: (row) => {
        throw new Error(`a row was refused: ${JSON.stringify(row)}`);
      },
    });
    return { rows, pageviews };
  };

/** One thread, as the others; the columns are named, so that nothing is guessed. */
const duckdb =
  (name: keyof typeof sql): Run =>
  async (file) => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    const columns = "{user_id: 'VARCHAR', timestamp: 'TIMESTAMP', num_bytes: 'BIGINT'}";
    await connection.run(
      `CREATE VIEW events AS SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = ${columns})`,
    );
    // The pipeline of users has a second output: of the run as a whole.
    if (name === "user_traffic") await connection.runAndReadAll(metrics);
    const result = await connection.runAndReadAll(sql[name]);
    const rows = result.getRowObjects();
    return { rows: rows.length, pageviews: rows.reduce((sum, row) => sum + Number(row["pageviews"]), 0) };
  };

async function answer(contestant: string, name: keyof typeof pipelines, file: string): Promise<BatchAnswer> {
  const result = await (contestant === "duckdb" ? duckdb : engine)(name)(file);
  const { user, system } = process.cpuUsage();
  return { ...result, cpuMicros: user + system, megabytes: process.resourceUsage().maxRSS / 1_024 };
}

const [contestant, name, file] = process.argv.slice(2) as [string, keyof typeof pipelines, string];
void answer(contestant, name, file).then((said) => process.stdout.write(JSON.stringify(said)));
