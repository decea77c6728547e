/** Google's services as the processor calls them, answered by the local cloud over real sockets. */
import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { float, integer, string } from "../../../pipeline";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import { type Clock, systemClock } from "../../../runtime/clock";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { CloudStorage } from "../../../pipeline-images/stream-processor/google/storage";
import { StorageWrite } from "../../../pipeline-images/stream-processor/google/storage-write";
import { BucketStore } from "../../../pipeline-images/stream-processor/log/bucket-store";
import { entryName, snapshotName } from "../../../pipeline-images/stream-processor/log/position";
import { localServices, makeJourney } from "./support/local";

async function scene() {
  const services = await localServices();
  await makeJourney(services);
  return { ...services, cloud: cloudOf(services.environment, systemClock) };
}

const name = (seq: number) => entryName({ term: 1, seq });

test("the log in a bucket: a name is created once, found, listed in order and deleted", async () => {
  const { cloud } = await scene();
  const store = new BucketStore(cloud.storage, "acme-checkpoints", "journeys/clicks/");
  expect(store.place).toBe("gs://acme-checkpoints/journeys/clicks/");
  const tried = await Promise.all(["a", "b", "c"].map((one) => store.create(name(1), Buffer.from(one))));
  expect(tried.filter((outcome) => outcome === "created")).toHaveLength(1);
  await store.create(name(3), Buffer.from("3"));
  await store.create(name(2), Buffer.from("2"));
  await store.create(snapshotName({ term: 1, seq: 2 }), Buffer.from("s"));
  expect(await store.list("log/")).toEqual([name(1), name(2), name(3)]);
  expect(await store.list("log/", name(2))).toEqual([name(2), name(3)]);
  expect(Buffer.from((await store.read(name(2))) as Uint8Array).toString()).toBe("2");
  await store.delete(name(2));
  await store.delete(name(2));
  expect(await store.read(name(2))).toBeUndefined();
});

test("a bucket that is not there is a sentence with what was asked of whom", async () => {
  const { cloud } = await scene();
  await expect(cloud.storage.listObjects("nowhere", "log/", "")).rejects.toThrow(
    /^404 from http:.*\/b\/nowhere\/o.*: The specified bucket does not exist/,
  );
});

const columns = { user: string(), clicks: integer(), points: float() };

function rows(...given: { user: string; clicks: number; points: number }[]) {
  const encode = compileRowEncoder(columns);
  const writer = new WireWriter();
  for (const row of given) writer.tag(1, WireType.bytes).message((into) => encode(row, into));
  return { rows: writer.finish(), descriptor: storageWriteDescriptor(columns) };
}

test("rows are appended at their offset once; what an offset or a stream tells is told apart", async () => {
  const { apply, bigquery, cloud } = await scene();
  const schema = JSON.stringify(fieldSpecs(columns).map(({ name, type, mode }) => ({ name, type, mode })));
  await apply("google_bigquery_table", { dataset_id: "games", table_id: "points", schema, deletion_protection: false });
  const write = new StorageWrite(cloud.storageWrite(), systemClock);
  const stream = await write.createStream("projects/acme-dev/datasets/games/tables/points");
  const two = rows({ user: "ada", clicks: 1, points: 0.5 }, { user: "bob", clicks: 2, points: -1 });

  expect(await write.append({ stream, offset: 0, ...two })).toEqual({ kind: "written" });
  expect(await write.append({ stream, offset: 0, ...two })).toEqual({ kind: "exists" });
  expect(await write.append({ stream, offset: 7, ...two })).toEqual({ kind: "gap" });
  expect(await write.append({ stream, offset: 2, ...rows({ user: "eve", clicks: 3, points: 2 }) })).toEqual({
    kind: "written",
  });
  expect(await write.finalize(stream)).toBe(3);
  expect(await write.append({ stream, offset: 3, ...two })).toEqual({ kind: "ended" });
  expect(await write.append({ stream: `${stream}x`, offset: 0, ...two })).toEqual({ kind: "missing" });
  await expect(write.createStream("projects/acme-dev/datasets/games/tables/none")).rejects.toThrow(
    /none.*CreateWriteStream at 127/s,
  );
  expect(await bigquery.query("SELECT user, clicks FROM `acme-dev.games.points` ORDER BY user")).toEqual([
    { user: "ada", clicks: 1 },
    { user: "bob", clicks: 2 },
    { user: "eve", clicks: 3 },
  ]);
});

test("pending streams are committed together; whoever commits them again learns nothing bad, and no row is there twice", async () => {
  const { apply, bigquery, cloud } = await scene();
  const schema = JSON.stringify(fieldSpecs(columns).map(({ name, type, mode }) => ({ name, type, mode })));
  await apply("google_bigquery_table", { dataset_id: "games", table_id: "points", schema, deletion_protection: false });
  const table = "projects/acme-dev/datasets/games/tables/points";
  const write = new StorageWrite(cloud.storageWrite(), systemClock);
  const streams = await Promise.all([write.createPending(table), write.createPending(table)]);
  for (const stream of streams)
    await write.append({ stream, offset: 0, ...rows({ user: "ada", clicks: 1, points: 0 }) });
  await expect(write.commit(table, streams)).rejects.toThrow(/cannot be committed: Stream is not finalized/);
  for (const stream of streams) expect(await write.finalize(stream)).toBe(1);
  await write.commit(table, streams);
  await write.commit(table, streams);
  expect(await bigquery.query("SELECT COUNT(*) AS n FROM `acme-dev.games.points`")).toEqual([{ n: 2 }]);
});

const row = (user: string) => ({ user, clicks: 1, points: 0 });

test("a default stream takes rows without an offset, and names those that do not fit", async () => {
  const { apply, bigquery, cloud } = await scene();
  // The table's user has 5 characters at most.
  const schema = JSON.stringify([
    { name: "user", type: "STRING", mode: "REQUIRED", maxLength: "5" },
    { name: "clicks", type: "INTEGER", mode: "REQUIRED" },
    { name: "points", type: "FLOAT", mode: "REQUIRED" },
  ]);
  await apply("google_bigquery_table", { dataset_id: "games", table_id: "short", schema, deletion_protection: false });
  const write = new StorageWrite(cloud.storageWrite(), systemClock);
  const stream = "projects/acme-dev/datasets/games/tables/short/streams/_default";
  const refused = await write.append({
    stream,
    offset: undefined,
    ...rows(row("ada"), row("a long name"), row("bob")),
  });
  expect(refused.kind).toBe("refused");
  expect(refused.kind === "refused" && [...refused.rows.keys()]).toEqual([1]);
  expect(await write.append({ stream, offset: undefined, ...rows(row("ada"), row("bob")) })).toEqual({
    kind: "written",
  });
  expect(await bigquery.query("SELECT user FROM `acme-dev.games.short` ORDER BY user")).toEqual([
    { user: "ada" },
    { user: "bob" },
  ]);
});

test("some calls are open at once and no more: one that was hung up is called again by the next append", async () => {
  const { apply, bigquery, cloud } = await scene();
  const schema = JSON.stringify([
    { name: "user", type: "STRING" },
    { name: "clicks", type: "INTEGER" },
    { name: "points", type: "FLOAT" },
  ]);
  const names = Array.from({ length: 100 }, (_, i) => `t${i}`);
  for (const table_id of names) await apply("google_bigquery_table", { dataset_id: "games", table_id, schema });
  const channel = cloud.storageWrite();
  let open = 0;
  let most = 0;
  const write = new StorageWrite(
    Object.assign(Object.create(channel) as typeof channel, {
      stream(...asked: Parameters<typeof channel.stream>) {
        const call = channel.stream(...asked);
        open += 1;
        most = Math.max(most, open);
        const cancel = call.cancel.bind(call);
        return Object.assign(call, {
          cancel() {
            open -= 1;
            cancel();
          },
        });
      },
    }),
    systemClock,
  );
  for (const clicks of [1, 2]) {
    for (const name of names) {
      const stream = `projects/acme-dev/datasets/games/tables/${name}/streams/_default`;
      const outcome = await write.append({ stream, offset: undefined, ...rows({ user: name, clicks, points: 0 }) });
      expect(outcome).toEqual({ kind: "written" });
    }
  }
  expect(most).toBe(90);
  expect(await bigquery.query("SELECT clicks FROM `acme-dev.games.t0` ORDER BY clicks")).toEqual([
    { clicks: 1 },
    { clicks: 2 },
  ]);
});

test("a request that is not answered is given up after half a minute", async () => {
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const waiting: { delay: number; task: () => void }[] = [];
  const clock = { now: () => 0, after: (delay: number, task: () => void) => (waiting.push({ delay, task }), () => {}) };
  const read = new CloudStorage({ clock, endpoint }).readObject("b", "o");
  await once(server, "request");
  expect(waiting.map(({ delay }) => delay)).toEqual([30_000]);
  waiting[0]?.task();
  await expect(read).rejects.toThrow(`no answer from ${endpoint} in time`);
  server.closeAllConnections();
  server.close();
});

// How a server answers.
const whole = (response: ServerResponse, rest: Buffer): void => void response.end(rest);
const cut = (response: ServerResponse, rest: Buffer): void =>
  void response
    .writeHead(200, { "content-length": rest.length })
    .write(rest.subarray(0, 40_000), () => response.destroy());
const silent = (response: ServerResponse, rest: Buffer): void =>
  void response.writeHead(200, { "content-length": rest.length }).write(rest.subarray(0, 20_000));
const never = (): void => {};
const busy = (response: ServerResponse): void => void response.writeHead(429).end("slow down");

describe("an object that is read as it comes", () => {
  const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));

  /** A Cloud Storage that answers each request for a content in the next of these ways, from the byte asked for. */
  async function storage(...ways: ((response: ServerResponse, rest: Buffer) => void)[]) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      if (!request.url?.includes("alt=media")) {
        response.end(JSON.stringify({ size: String(content.length), generation: "7" }));
        return;
      }
      const { range = "" } = request.headers;
      asked.push(range);
      expect(request.url).toContain("generation=7");
      const [, from = "0"] = /^bytes=(\d+)-$/.exec(range) ?? [];
      (ways.shift() ?? whole)(response, content.subarray(Number(from)));
    }).listen(0);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // Times pass a hundred times as fast.
    const clock: Clock = { now: () => Date.now(), after: (delay, task) => systemClock.after(delay / 100, task) };
    const read = async () => {
      const parts: Uint8Array[] = [];
      const cloudStorage = new CloudStorage({ clock, endpoint: `http://127.0.0.1:${port}` });
      for await (const part of cloudStorage.openObject("acme", "clicks.json")) parts.push(part);
      return Buffer.concat(parts);
    };
    return { asked, read };
  }
  test("is whole though it is cut off, though nothing comes any more, and though it is too much", async () => {
    const { asked, read } = await storage(never, busy, cut, busy, silent, whole);
    expect((await read()).equals(content)).toBe(true);
    expect(asked).toEqual(["", "", "", "bytes=40000-", "bytes=40000-", "bytes=60000-"]);
  });

  test("is given up where no part of it is to be had, and at once where it may not be read", async () => {
    const broken = await storage(...Array.from({ length: 20 }, () => busy));
    await expect(broken.read()).rejects.toThrow(/^429 from .*slow down$/);
    expect(broken.asked).toHaveLength(8);
    const denied = await storage((response) => void response.writeHead(403).end("no right"));
    await expect(denied.read()).rejects.toThrow(/^403 from .*no right$/);
    expect(denied.asked).toHaveLength(1);
  });
});
