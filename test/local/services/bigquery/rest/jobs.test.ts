import { gzipSync } from "node:zlib";
import { Storage as StorageClient } from "@google-cloud/storage";
import { expect, onTestFinished, test } from "vitest";
import { Storage } from "../../../../../local/services/storage/storage";
import { fakeHost } from "../../../support/host";
import { failure, running } from "../support";

async function withBucket() {
  const host = fakeHost();
  onTestFinished(() => host.close());
  const storage = new Storage(host);
  const objects = new StorageClient({ apiEndpoint: (await host.serve(storage)).http, projectId: "acme-dev" });
  const [bucket] = await objects.createBucket("acme-files");
  const run = await running({ host, dependencies: { objects: storage } });
  const [dataset] = await run.client.createDataset("journey");
  return { ...run, storage, bucket, dataset };
}

const schema = {
  fields: [
    { name: "user", type: "STRING" },
    { name: "n", type: "INTEGER" },
    { name: "day", type: "DATE" },
  ],
};

/** A load job with its file, in one request or in two. Google's client does so too, but fails without credentials. */
async function upload(url: string, load: object, content: string, resumable: boolean): Promise<LoadJob> {
  const destinationTable = { projectId: "acme-dev", datasetId: "journey", tableId: "clicks" };
  const job = JSON.stringify({ configuration: { load: { destinationTable, ...load } } });
  const path = `${url}/upload/bigquery/v2/projects/acme-dev/jobs?uploadType=`;
  if (resumable) {
    const begun = await fetch(`${path}resumable`, { method: "POST", body: job });
    const done = await fetch(begun.headers.get("location") as string, { method: "PUT", body: content });
    return (await done.json()) as LoadJob;
  }
  const body = `--b\r\ncontent-type: application/json\r\n\r\n${job}\r\n--b\r\n\r\n${content}\r\n--b--`;
  const headers = { "content-type": "multipart/related; boundary=b" };
  return (await (await fetch(`${path}multipart`, { method: "POST", body, headers })).json()) as LoadJob;
}

interface LoadJob {
  readonly status: { readonly state: string; readonly errorResult?: { readonly message: string } };
  readonly statistics: { readonly load?: { readonly outputRows: string } };
}

test("JSON lines and CSV are loaded from this machine", async () => {
  const { client, bigquery, url } = await running();
  await client.createDataset("journey");
  const lines = '{"user":"ann","n":1}\n\n{"user":"bob","n":"2","day":"2024-05-06"}\n';
  await upload(url, { sourceFormat: "NEWLINE_DELIMITED_JSON", schema }, lines, false);
  const csv = 'user,n,day\r\n"eve, ""the"" third",3,2024-05-07\r\n"two\nlines",,\r\n';
  const job = await upload(url, { sourceFormat: "CSV", skipLeadingRows: 1 }, csv, true);
  expect(job).toMatchObject({ status: { state: "DONE" }, statistics: { load: { outputRows: "2", badRecords: "0" } } });
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY n")).toEqual([
    { user: "two\nlines", n: null, day: null },
    { user: "ann", n: 1, day: null },
    { user: "bob", n: 2, day: "2024-05-06" },
    { user: 'eve, "the" third', n: 3, day: "2024-05-07" },
  ]);
});

test("files are loaded from a bucket, by a pattern and unpacked", async () => {
  const { client, bucket, bigquery } = await withBucket();
  await bucket.file("in/1.json").save('{"user":"ann","n":1}\n');
  await bucket.file("in/2.json").save(gzipSync('{"user":"bob","n":2}\n'));
  await bucket.file("other.json").save('{"user":"eve","n":3}\n');
  const configuration = {
    load: {
      sourceUris: ["gs://acme-files/in/*.json"],
      sourceFormat: "NEWLINE_DELIMITED_JSON",
      autodetect: true,
      destinationTable: { projectId: "acme-dev", datasetId: "journey", tableId: "clicks" },
    },
  };
  const [job] = await client.createJob({ configuration });
  await job.promise();
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY n")).toEqual([
    { user: "ann", n: 1 },
    { user: "bob", n: 2 },
  ]);
});

test("a file with a row that does not fit is loaded not at all, and the error names the line", async () => {
  const { client, bigquery, url } = await running();
  const [dataset] = await client.createDataset("journey");
  const lines = '{"user":"ann","n":1}\n{"user":"bob","n":"two"}\n{"user":"eve"\n';
  const load = { sourceFormat: "NEWLINE_DELIMITED_JSON", schema };
  expect((await upload(url, load, lines, false)).status.errorResult?.message).toBe(
    "Error while reading data, error message: Cannot convert value to integer (bad value): two File: upload, line 2",
  );
  expect((await dataset.table("clicks").exists())[0]).toBe(false);
  await upload(url, { ...load, maxBadRecords: 2 }, lines, false);
  expect(await bigquery.query("SELECT user FROM journey.clicks")).toEqual([{ user: "ann" }]);
});

test("a table is copied, and extracted to a bucket", async () => {
  const { bucket, bigquery, dataset } = await withBucket();
  const [table] = await dataset.createTable("clicks", { schema });
  await table.insert([
    { user: "a,b", n: 1, day: "2024-05-06" },
    { user: null, n: 2 },
  ]);
  const [copied] = await table.createCopyJob(dataset.table("copy"));
  await copied.promise();
  expect(await bigquery.query("SELECT * FROM journey.copy ORDER BY n")).toHaveLength(2);
  expect(bigquery.counters()["journey.copy"]).toMatchObject({ rows: 2 });

  for (const [name, format] of [
    ["out.csv", "CSV"],
    ["out.json", "JSON"],
  ] as const) {
    const [job] = await table.createExtractJob(bucket.file(name), { format });
    await job.promise();
  }
  expect((await bucket.file("out.csv").download())[0].toString()).toBe('user,n,day\n"a,b",1,2024-05-06\n,2,\n');
  expect((await bucket.file("out.json").download())[0].toString()).toBe(
    '{"user":"a,b","n":1,"day":"2024-05-06"}\n{"n":2}\n',
  );
});

test("what does not run here is said in a sentence", async () => {
  const { client } = await withBucket();
  const destinationTable = { projectId: "acme-dev", datasetId: "journey", tableId: "clicks" };
  const [job] = await client.createJob({
    configuration: { load: { sourceUris: ["gs://acme-files/x.avro"], sourceFormat: "AVRO", destinationTable } },
  });
  expect(await failure(job.promise())).toMatch(/not found|Not found: URI|Files of AVRO are not loaded here/i);
  expect(await failure(client.createJob({ configuration: {} }))).toMatch(
    /a job's configuration is query, load, copy or extract/,
  );
});
