import { Storage } from "@google-cloud/storage";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LocalCloud } from "../../local/cloud";
import type { Door } from "../../local/service";
import type { InstanceView } from "../../local/view";
import { fixtureStack, said, service, withCloud } from "./support/cloud";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "journey-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const account = "writer@acme-dev.iam.gserviceaccount.com";
const bucket = { google_storage_bucket: { clicks: { name: "acme-dev-clicks", location: "EU" } } };
/** Google's own client, as it finds a door by its variables. */
const storageAt = (door: Door): Storage =>
  new Storage({
    apiEndpoint: door.environment["STORAGE_EMULATOR_HOST"],
    projectId: "acme-dev",
    retryOptions: { autoRetry: false },
  });

describe("a stack is run", () => {
  test("what does not run on a laptop is listed with the reason, and its attributes are there for others", async () => {
    const stack = fixtureStack(
      {
        google_compute_network: { net: { name: "terraform-network" } },
        google_compute_subnetwork: {
          sub: { name: "sub", network: "${google_compute_network.net.self_link}", region: "europe-west1" },
        },
        google_spanner_instance: { odd: { name: "odd" } },
        ...bucket,
      },
      { output: { network: { value: "${google_compute_subnetwork.sub.network}" } } },
    );
    await withCloud({ stack }, async (cloud) => {
      const list = cloud.resources.map(({ address, service: by, notHere }) => [address, by ?? notHere]);
      expect(list).toEqual([
        ["google_compute_network.net", expect.stringContaining("no network to set up")],
        ["google_compute_subnetwork.sub", expect.stringContaining("no network to set up")],
        ["google_spanner_instance.odd", expect.stringContaining("no local service knows google_spanner_instance")],
        ["google_storage_bucket.clicks", "storage"],
      ]);
      expect(cloud.outputs).toEqual({
        network: "https://www.googleapis.com/compute/v1/projects/acme-dev/global/networks/terraform-network",
      });
      expect(cloud.stack).toMatchObject({ id: "clicks-dev", project: "acme-dev", region: "europe-west1" });
    });
  });

  test("Google's own client reaches it as the owner, without credentials", async () => {
    await withCloud({ stack: fixtureStack(bucket) }, async (cloud) => {
      const file = storageAt(cloud.owner).bucket("acme-dev-clicks").file("a/b.txt");
      await file.save("content", { resumable: false });
      expect((await file.download())[0].toString()).toBe("content");
      expect(cloud.counters()["google_storage_bucket.clicks"]).toMatchObject({ objects: 1 });
    });
  });

  test("an account may do what the stack grants it; without the grant the refusal names it and the way out", async () => {
    const grant = {
      google_storage_bucket_iam_member: {
        writer: { bucket: "acme-dev-clicks", role: "roles/storage.objectCreator", member: `serviceAccount:${account}` },
      },
    };
    const write = async (cloud: LocalCloud) => {
      const door = await cloud.door({ member: `serviceAccount:${account}` });
      await storageAt(door).bucket("acme-dev-clicks").file("x").save("1", { resumable: false });
    };
    await withCloud({ stack: fixtureStack({ ...bucket, ...grant }) }, async (cloud) => {
      await write(cloud);
      expect(cloud.denials).toEqual([]);
    });
    await withCloud({ stack: fixtureStack(bucket) }, async (cloud) => {
      await expect(write(cloud)).rejects.toThrow(
        `serviceAccount:${account} lacks storage.objects.create on bucket acme-dev-clicks`,
      );
      expect(cloud.denials).toMatchObject([
        { permission: "storage.objects.create", roles: expect.arrayContaining(["roles/storage.objectCreator"]) },
      ]);
    });
  });

  test("everything that could not be applied is told at once, and nothing is left running", async () => {
    const folder = join(root, "state");
    const stack = fixtureStack({
      google_service_account: { a: { account_id: "X" } },
      google_cloud_run_v2_service: {
        echo: service("echo", { name: "echo" }),
        bad: service("echo", { name: "bad" }, { containers: [{ image: "echo", env: [{ name: "PORT", value: "1" }] }] }),
      },
    });
    const start = LocalCloud.start({ stack, folder });
    await expect(start).rejects.toThrow(
      /clicks-dev cannot be applied:\n {2}google_service_account\.a: account_id is "X".*\n {2}google_cloud_run_v2_service\.bad: env has PORT/,
    );
    // Its folder is free again.
    await withCloud({ stack: fixtureStack({}), folder }, () => Promise.resolve());
  });

  test("all that is said is heard from the first moment on, and the newest of it is kept", async () => {
    const stack = fixtureStack({ google_cloud_run_v2_service: { echo: service("echo", { name: "echo" }) } });
    await withCloud({ stack }, async (cloud, entries) => {
      await said(cloud, (message) => message === "listening");
      expect(entries.map(({ entry }) => `${entry.source}: ${entry.message}`)).toContain("echo: listening");
      expect(cloud.logs.recent(1)).toHaveLength(1);
    });
  });

  test("the owner's door stands where it is asked to", async () => {
    const free = await withCloud({ stack: fixtureStack({}) }, (cloud) =>
      Promise.resolve(new URL(cloud.owner.http).port),
    );
    await withCloud({ stack: fixtureStack({}), port: Number(free) }, async (cloud) => {
      expect(cloud.owner.http).toBe(`http://127.0.0.1:${free}`);
      expect(cloud.owner.grpc).toBe(`127.0.0.1:${Number(free) + 1}`);
      const second = LocalCloud.start({ stack: fixtureStack({}), port: Number(free) });
      await expect(second).rejects.toThrow(`port ${free} cannot be had`);
    });
  });
});

describe("a folder for the state", () => {
  const stack = fixtureStack(
    {
      ...bucket,
      google_service_account: { writer: { account_id: "writer" } },
      google_cloud_run_v2_service: { echo: service("echo", { name: "echo", invoker_iam_disabled: true }) },
    },
    { output: { id: { value: "${google_service_account.writer.unique_id}" } } },
  );

  test("keeps data, accounts and addresses from run to run", async () => {
    const folder = join(root, "state");
    const first = await withCloud({ stack, folder }, async (cloud) => {
      await storageAt(cloud.owner).bucket("acme-dev-clicks").file("kept").save("here", { resumable: false });
      return { url: cloud.workloads()[0]?.url, outputs: cloud.outputs };
    });
    await withCloud({ stack, folder }, async (cloud) => {
      const [content] = await storageAt(cloud.owner).bucket("acme-dev-clicks").file("kept").download();
      expect(content.toString()).toBe("here");
      expect({ url: cloud.workloads()[0]?.url, outputs: cloud.outputs }).toEqual(first);
      expect((await fetch(first.url ?? "")).status).toBe(200);
    });
  });

  test("is not shared by two runs", async () => {
    const folder = join(root, "state");
    await withCloud({ stack, folder }, async () => {
      await expect(LocalCloud.start({ stack, folder })).rejects.toThrow("is in use by process");
    });
  });
});

describe("the end", () => {
  test("comes once, however often it is asked for; no door opens after it", async () => {
    const cloud = await LocalCloud.start({ stack: fixtureStack({}) });
    await Promise.all([cloud.stop(), cloud.stop()]);
    await expect(cloud.door({ member: "serviceAccount:late@x" })).rejects.toThrow("the local cloud has stopped");
    await expect(fetch(cloud.owner.http)).rejects.toThrow("fetch failed");
  });

  test("may come while it starts: what was begun is ended, and the start says why", async () => {
    const folder = join(root, "state");
    const stack = fixtureStack({
      google_cloud_run_v2_service: {
        echo: service("echo", { name: "echo" }),
        other: service("echo", { name: "other" }),
      },
    });
    // As soon as anything is said, which is when the first process listens; and before anything at all.
    const early = new AbortController();
    early.abort(new Error("Ctrl-C"));
    await expect(LocalCloud.start({ stack, folder, signal: early.signal })).rejects.toThrow("Ctrl-C");
    const late = new AbortController();
    const log = () => late.abort(new Error("Ctrl-C, too"));
    await expect(LocalCloud.start({ stack, folder, signal: late.signal, log })).rejects.toThrow("Ctrl-C, too");
    await withCloud({ stack: fixtureStack({}), folder }, () => Promise.resolve());
  });

  test("of a process that was killed is the end of its workloads, too", async () => {
    // Node itself and not the tsx command, whose own process would be the one that is killed.
    const host = spawn(process.execPath, ["--import", "tsx", join(__dirname, "fixtures/host-process.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: root },
    });
    const [line] = (await once(host.stdout.setEncoding("utf8"), "data")) as [string];
    const { controlUrl, pid } = JSON.parse(line) as InstanceView;
    // An open connection of the workload closes when it goes: that is waited for, and no time.
    const held = get(`${controlUrl}/hold`);
    const [answer] = (await once(held, "response")) as [IncomingMessage];
    const closed = new Promise((resolve) => answer.once("error", resolve).once("close", resolve));
    host.kill("SIGKILL");
    await closed;
    expect(pid).toBeGreaterThan(0);
  });
});
