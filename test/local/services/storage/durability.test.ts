import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { ObjectStore } from "../../../../local/services/storage/store";
import { fakeHost } from "../../support/host";
import { running } from "./support";

test("after a restart everything is there, and generations go on", async () => {
  const host = fakeHost();
  try {
    const before = await running({ host });
    await before.bucket.file("kept").save("x", { resumable: false, metadata: { metadata: { a: "b" } } });
    await before.bucket.file("gone").save("x", { resumable: false });
    await before.bucket.file("gone").delete();
    const generation = (await before.bucket.file("kept").getMetadata())[0].generation;
    await before.storage.stop();

    const after = await running({ host: fakeHost({ state: host.state, clock: host.clock }) });
    const [metadata] = await after.bucket.file("kept").getMetadata();
    expect(metadata).toMatchObject({ generation, metadata: { a: "b" } });
    expect((await after.bucket.getFiles())[0].map(({ name }) => name)).toEqual(["kept"]);
    await after.bucket.file("new").save("y", { resumable: false });
    expect(Number((await after.bucket.file("new").getMetadata())[0].generation)).toBeGreaterThan(Number(generation));
  } finally {
    await host.close();
  }
});

test("what a kill leaves half done is swept away at the next start", async () => {
  const host = fakeHost();
  try {
    const folder = host.folder("storage");
    const store = new ObjectStore(folder, host.clock);
    await store.createBucket("acme-data", {});
    await store.commit("acme-data", "whole", await store.receiveAll("acme-data", [Buffer.from("x")]), {});
    writeFileSync(join(folder, "acme-data", "uploads", "1"), "bytes of an upload that did not e");
    writeFileSync(join(folder, "acme-data", "content", "17"), "content of a commit that did not happen");
    writeFileSync(join(folder, "acme-data", "objects", "ab.json.1.new"), '{"name":"ha');
    mkdirSync(join(folder, "half-made", "objects"), { recursive: true });

    const again = new ObjectStore(folder, host.clock);
    expect(again.bucketNames()).toEqual(["acme-data"]);
    expect(again.names("acme-data")).toEqual(["whole"]);
    expect(readdirSync(join(folder, "acme-data", "content"))).toHaveLength(1);
    expect(readdirSync(join(folder, "acme-data", "uploads"))).toEqual([]);
    expect(readdirSync(join(folder, "acme-data", "objects"))).toHaveLength(1);
  } finally {
    await host.close();
  }
});

test("a process that is killed while it writes leaves every acknowledged object, and no half one", async () => {
  const host = fakeHost();
  try {
    const folder = host.folder("storage");
    const writer = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "../../fixtures/endless-objects/main.ts"), folder],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const acknowledged: string[] = [];
    const lines = createInterface({ input: writer.stdout });
    lines.on("line", (line) => {
      acknowledged.push(line);
      if (acknowledged.length === 40) writer.kill("SIGKILL");
    });
    await once(writer, "close");

    const store = new ObjectStore(folder, host.clock);
    const names = store.names("acme-data");
    for (const name of acknowledged) expect(names).toContain(name);
    for (const name of names) {
      const { record, file } = await store.read("acme-data", name);
      expect((await file.readFile()).toString()).toBe(name.repeat(1000));
      expect(record.size).toBe(name.length * 1000);
      await file.close();
    }
  } finally {
    await host.close();
  }
});
