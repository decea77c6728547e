/** web-traffic, whole: synthesized, its sample in the local bucket, its jobs run over it into the local BigQuery. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findApp, synthesize, type Synthesized } from "../../../cli/app";
import type { JobsSummary } from "../../../cli/local/jobs";
import { run } from "../../../cli/program";
import { LocalCloud } from "../../../local/cloud";
import { query } from "../../../local/console/sql";
import { findStack } from "../../../local/stack/find";
import { testIo } from "../support";

const repository = join(__dirname, "../../..");
const time = 120_000;

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesize(findApp(repository), testIo());
}, time);
afterAll(() => synthesized.remove());

async function local(...words: string[]) {
  const io = testIo({ cwd: repository });
  const code = await run(["local", "web-traffic-dev", "--synthesized", synthesized.out, ...words], io);
  return { code, io };
}

describe("journey local --run", { timeout: time }, () => {
  test("executes jobs one after the other, and ends with what is in their tables", async () => {
    const { code, io } = await local("--run", "user-traffic", "--run", "minute-traffic", "--json");
    const summary = JSON.parse(io.stdout()) as JobsSummary;
    expect(summary).toMatchObject({
      stack: "web-traffic-dev",
      executions: [
        { job: "user-traffic", state: "succeeded", tasks: 1, retried: 0 },
        { job: "minute-traffic", state: "succeeded", tasks: 1, retried: 0 },
      ],
      rows: { "logs.user_traffic": 7, "logs.minute_traffic": 6 },
      problems: [],
    });
    expect(io.stderr()).toContain(`user-traffic: ${summary.executions[0]?.name} succeeded\n`);
    expect(io.stderr()).not.toContain("clicks in");
    expect(code).toBe(0);
  });

  test("reads what was put into a bucket first; a failure is told with its reason, and ends with 1", async () => {
    const folder = mkdtempSync(join(tmpdir(), "put-"));
    const file = join(folder, "events.jsonl");
    writeFileSync(file, '{"user_id":"u-9","timestamp":"2026-03-02 08:00:00","num_bytes":7}\n');
    const put = (object: string) => ["--put", `${file}=gs://${object}`, "--run", "user-traffic"];
    const { code, io } = await local(...put("acme-dev-web-traffic-events/events.json"));
    expect(io.stdout()).toMatch(/^user-traffic-\w+ succeeded in \S+ s: 1 task\n {2}logs.user_traffic: 1 rows\n$/);
    expect(code).toBe(0);
    const nowhere = await local(...put("nowhere/events.json"));
    expect(nowhere.io.stderr()).toContain(`--put ${file} to gs://nowhere/events.json: `);
    expect(nowhere.code).toBe(1);
    const nothing = await local("--put", `${file}=events.json`);
    expect(nothing.io.stderr()).toBe(`--put ${file}=events.json: it is <file>=gs://<bucket>/<object>\n`);
    rmSync(folder, { recursive: true });
  });

  test("names the jobs there are, and how one is run", async () => {
    const { code, io } = await local("--run", "users");
    expect(io.stderr()).toContain('no job is called "users": there are minute-traffic, user-traffic\n');
    expect(io.stderr()).toMatch(
      /jobs: minute-traffic, user-traffic: --run <job> runs one, or curl -X POST http:\S+:run\n/,
    );
    expect(code).toBe(2);
  });

  test("has an end of its own, and no clicks", async () => {
    const drained = await local("--run", "user-traffic", "--until-drained");
    expect(drained.io.stderr()).toBe("--run ends when the job does, and --until-drained when a stream does\n");
    const clicks = await local("--run", "user-traffic", "--simulate", "5");
    expect(clicks.io.stderr()).toBe("--run reads what is there: --simulate sends to a stream\n");
    expect([drained.code, clicks.code]).toEqual([2, 2]);
  });

  test("tells a job what an execution is told, which the job may refuse", async () => {
    // Nothing of user-traffic is of a day.
    const { code, io } = await local("--run", "user-traffic", "--env", "YESTERDAY=2024-01-31");
    expect(io.stderr()).toContain("YESTERDAY is 2024-01-31, and nothing that is read or replaced is of {yesterday}");
    expect(code).toBe(1);
    const none = await local("--run", "user-traffic", "--env", "YESTERDAY");
    expect(none.io.stderr()).toBe("--env YESTERDAY: it is <name>=<value>\n");
    const nobody = await local("--env", "YESTERDAY=2024-01-31");
    expect(nobody.io.stderr()).toBe("--env is what a job is told: say which, --run <job>\n");
    expect([none.code, nobody.code]).toEqual([2, 2]);
  });
});

/** What is below a prefix in the runs' bucket, as text. */
async function objectsIn({ owner }: LocalCloud, prefix: string): Promise<readonly string[]> {
  const url = `${owner.http}/storage/v1/b/acme-dev-web-traffic/o`;
  const { items = [] } = (await (await fetch(`${url}?prefix=${encodeURIComponent(prefix)}`)).json()) as {
    readonly items?: readonly { readonly name: string }[];
  };
  const answers = items.map(({ name }) => fetch(`${url}/${encodeURIComponent(name)}?alt=media`));
  return Promise.all((await Promise.all(answers)).map((answer) => answer.text()));
}

const linesOf = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

describe("the jobs of web-traffic", { timeout: time }, () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await LocalCloud.start({ stack: findStack(synthesized.out, "web-traffic-dev", repository) });
    const [minutes, users] = cloud.parts.run.jobs;
    // Both run twice: a run replaces what the one before wrote.
    for (const job of [users, minutes, users, minutes]) await job?.run().ended;
  }, time);
  afterAll(() => cloud.stop());

  test("run to their end with the rights that the stack gives them", () => {
    const states = cloud.parts.run.jobs.map(({ executions }) => executions.map(({ state }) => state));
    expect(states).toEqual([
      ["succeeded", "succeeded"],
      ["succeeded", "succeeded"],
    ]);
    expect(cloud.denials).toEqual([]);
  });

  test("write what each user viewed to its table once, as worked out by hand", async () => {
    const table = "`acme-dev.logs.user_traffic`";
    const { rows } = await query(cloud, `SELECT * FROM ${table} ORDER BY pageviews DESC, total_bytes DESC`);
    expect(rows).toEqual([
      ["u-01", "5", "800", "500", "40"],
      ["u-02", "4", "1890", "1200", "90"],
      ["u-05", "2", "4503599627370498", "4503599627370497", "1"],
      ["u-03", "2", "10", "10", "0"],
      ["u-04", "1", "7000", "7000", "7000"],
      ["", "1", "5", "5", "5"],
      ["u-06", "1", "-1", "-1", "-1"],
    ]);
  });

  test("write how many pages were viewed in each minute", async () => {
    const columns = "FORMAT_TIMESTAMP('%F %H:%M', timestamp), pageviews";
    const { rows } = await query(cloud, `SELECT ${columns} FROM \`acme-dev.logs.minute_traffic\` ORDER BY timestamp`);
    expect(rows).toEqual([
      ["2026-03-01 23:59", "1"],
      ["2026-03-02 08:00", "7"],
      ["2026-03-02 08:01", "4"],
      ["2026-03-02 08:04", "2"],
      ["2026-03-02 08:05", "2"],
      ["2026-03-02 08:06", "3"],
    ]);
  });

  test("write what is no event to files with its reason, and a line of text about each run", async () => {
    const [errors = "", ...more] = await objectsIn(cloud, "errors/user-traffic");
    const reasons = linesOf(errors).map((line) => (JSON.parse(line) as { readonly error: string }).error);
    expect(reasons).toContain("$.timestamp is missing");
    expect(reasons).toHaveLength(8);
    expect(more.map((text) => linesOf(text).length)).toEqual([8]);
    const line =
      "16 pageviews of 7 users, 4503599627380202 bytes, from 2026-03-01T23:59:59.000000Z to 2026-03-02T08:05:30.000000Z\n";
    expect(await objectsIn(cloud, "metrics/summary")).toEqual([line, line]);
  });
});
