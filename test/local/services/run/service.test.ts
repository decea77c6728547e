import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LocalCloud } from "../../../../local/cloud";
import type { WorkloadView } from "../../../../local/view";
import { fixtureStack, said, service, withCloud } from "../../support/cloud";
import { HandClock } from "../../support/host";

const account = "caller@acme-dev.iam.gserviceaccount.com";

interface Echoed {
  readonly path: string;
  readonly method: string;
  readonly size: number;
  readonly headers: { readonly [name: string]: string };
  readonly env: { readonly [name: string]: string };
}

let cloud: LocalCloud;
beforeAll(async () => {
  const container = {
    image: "echo",
    env: [{ name: "TOPIC", value: "clicks" }],
    resources: { limits: { memory: "1Gi" } },
  };
  const stack = fixtureStack({
    google_service_account: { echo: { account_id: "echo-service" } },
    google_cloud_run_v2_service: {
      open: {
        ...service("echo", { name: "open", invoker_iam_disabled: true }),
        template: { service_account: "${google_service_account.echo.email}", containers: [container] },
      },
      private: service("echo", { name: "private", custom_audiences: ["https://private.internal"] }),
      granted: service("echo", { name: "granted" }),
      internal: service("echo", { name: "internal", ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY" }),
      narrow: service("echo", { name: "narrow", invoker_iam_disabled: true }, { max_instance_request_concurrency: 1 }),
      foreign: service("docker.io/library/nginx", { name: "foreign", invoker_iam_disabled: true }),
    },
    google_cloud_run_v2_service_iam_member: {
      caller: {
        name: "${google_cloud_run_v2_service.private.name}",
        location: "europe-west1",
        role: "roles/run.invoker",
        member: `serviceAccount:${account}`,
      },
      anyone: { name: "granted", location: "europe-west1", role: "roles/run.invoker", member: "allUsers" },
    },
  });
  cloud = await LocalCloud.start({ stack });
});
afterAll(() => cloud.stop());

const workload = (name: string): WorkloadView => {
  const found = cloud.workloads().find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const urlOf = (name: string): string => workload(name).url ?? "";
const tokenFor = (audience: string, email = account): string => cloud.parts.iam.tokens.identity(email, audience);
const bearer = (token: string): { headers: { authorization: string } } => ({
  headers: { authorization: `Bearer ${token}` },
});
const echoed = async (response: Response): Promise<Echoed> => (await response.json()) as Echoed;

describe("a service's process", () => {
  test("sees its variables, its name, its door, and nothing of this machine's environment", async () => {
    process.env["SECRET_OF_THE_LAPTOP"] = "x";
    const { env } = await echoed(await fetch(`${urlOf("open")}/`));
    expect(env).toMatchObject({
      TOPIC: "clicks",
      K_SERVICE: "open",
      K_CONFIGURATION: "open",
      TZ: "UTC",
      GOOGLE_CLOUD_PROJECT: "acme-dev",
      METADATA_SERVER_DETECTION: "assume-present",
    });
    expect(env["SECRET_OF_THE_LAPTOP"]).toBeUndefined();
    expect(env["PORT"]).toMatch(/^\d+$/);
    const email = await fetch(
      `http://${env["GCE_METADATA_HOST"]}/computeMetadata/v1/instance/service-accounts/default/email`,
      { headers: { "Metadata-Flavor": "Google" } },
    );
    expect(await email.text()).toBe("echo-service@acme-dev.iam.gserviceaccount.com");
  });

  test("is shown with its state, its process, its lines and its URLs", async () => {
    const { instances, url, identity, kind } = workload("open");
    expect({ kind, identity }).toEqual({
      kind: "service",
      identity: "serviceAccount:echo-service@acme-dev.iam.gserviceaccount.com",
    });
    expect(instances).toMatchObject([{ state: "running", restarts: 0, lastExit: undefined }]);
    expect(instances[0]?.lines[0]).toMatchObject({ severity: "INFO", source: "open", message: "listening" });
    const direct = await fetch(instances[0]?.controlUrl ?? "");
    expect(direct.status).toBe(200);
    const shown = cloud.resources.find(({ address }) => address === "google_cloud_run_v2_service.open");
    expect(shown).toMatchObject({
      service: "run",
      notHere: undefined,
      attributes: {
        uri: url,
        urls: [url],
        name: "open",
        location: "europe-west1",
        id: "projects/acme-dev/locations/europe-west1/services/open",
      },
    });
  });

  test("is the first of a process group of its own: a terminal's Ctrl-C reaches this process, and not that one", () => {
    const pid = workload("open").instances[0]?.pid ?? 0;
    expect(() => process.kill(-pid, 0)).not.toThrow();
  });

  test("gets a request as it was sent, and its answer goes back as it was given", async () => {
    const response = await fetch(`${urlOf("open")}/teapot?x=1`, {
      method: "PUT",
      body: "four",
      headers: { "x-own": "1" },
    });
    expect(response.status).toBe(200);
    const { path, method, size, headers } = await echoed(response);
    expect({ path, method, size }).toEqual({ path: "/teapot?x=1", method: "PUT", size: 4 });
    expect(headers).toMatchObject({
      "x-own": "1",
      host: new URL(urlOf("open")).host,
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    });
    expect(headers["x-cloud-trace-context"]).toMatch(/^[0-9a-f]{32}\/1$/);
    expect((await fetch(`${urlOf("open")}/teapot`)).status).toBe(418);
  });

  test("may answer as a stream while the request still comes", async () => {
    const { hostname, port } = new URL(urlOf("open"));
    const call = request({ hostname, port, path: "/stream", method: "POST" });
    call.flushHeaders();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    const chunks = answer.setEncoding("utf8")[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toBe("first");
    call.write("second");
    expect((await chunks.next()).value).toBe("second");
    call.end();
    expect((await chunks.next()).done).toBe(true);
  });
});

describe("who may call", () => {
  test("anyone, where the invoker's right is not checked or all users have it; their headers are left as they are", async () => {
    expect((await fetch(urlOf("open"))).status).toBe(200);
    const response = await fetch(urlOf("granted"), bearer("my-own-key"));
    expect((await echoed(response)).headers["authorization"]).toBe("Bearer my-own-key");
  });

  test.each([
    ["the service's URL", () => urlOf("private")],
    ["the service's URL with a path", () => `${urlOf("private")}/push`],
    ["a custom audience", () => "https://private.internal"],
  ])("who has the right and a token for %s; the program gets the token without its signature", async (_, audience) => {
    const token = tokenFor(audience());
    const response = await fetch(urlOf("private"), bearer(token));
    expect(response.status).toBe(200);
    const [header, claims] = token.split(".");
    expect((await echoed(response)).headers["authorization"]).toBe(
      `Bearer ${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`,
    );
  });

  test("a token in X-Serverless-Authorization leaves Authorization to the program", async () => {
    const headers = {
      "x-serverless-authorization": `Bearer ${tokenFor(urlOf("private"))}`,
      authorization: "Bearer own",
    };
    const response = await fetch(urlOf("private"), { headers });
    expect(response.status).toBe(200);
    const got = (await echoed(response)).headers;
    expect(got["authorization"]).toBe("Bearer own");
    expect(got["x-serverless-authorization"]).toMatch(/\.SIGNATURE_REMOVED_BY_GOOGLE$/);
  });

  test("nobody without a token", async () => {
    const response = await fetch(urlOf("private"));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("allUsers lacks run.routes.invoke on service private");
  });

  test("nobody whose token is for something else, is forged, or was signed by another run", async () => {
    const other = await fetch(urlOf("private"), bearer(tokenFor("https://elsewhere.internal")));
    expect(other.status).toBe(401);
    expect(await other.text()).toContain("is for https://elsewhere.internal");
    const [header, , signature] = tokenFor(urlOf("private")).split(".");
    const claims = Buffer.from(JSON.stringify({ aud: urlOf("private"), email: account, exp: 9e9 })).toString(
      "base64url",
    );
    expect((await fetch(urlOf("private"), bearer(`${header}.${claims}.${signature}`))).status).toBe(401);
    expect((await fetch(urlOf("private"), bearer("x"))).status).toBe(401);
  });

  test("nobody without the right, and the refusal is kept with the role that would give it", async () => {
    const stranger = "stranger@acme-dev.iam.gserviceaccount.com";
    const response = await fetch(urlOf("private"), bearer(tokenFor(urlOf("private"), stranger)));
    expect(response.status).toBe(403);
    const sentence = `serviceAccount:${stranger} lacks run.routes.invoke on service private`;
    expect(await response.text()).toContain(sentence);
    expect(cloud.denials).toContainEqual({
      member: `serviceAccount:${stranger}`,
      permission: "run.routes.invoke",
      resource: "run.googleapis.com/projects/acme-dev/locations/europe-west1/services/private",
      roles: expect.arrayContaining(["roles/run.servicesInvoker", "roles/run.invoker"]),
    });
  });

  test("the owner, with a token of the owner's door", async () => {
    const url = new URL(`http://${cloud.owner.environment["GCE_METADATA_HOST"]}`);
    url.pathname = "/computeMetadata/v1/instance/service-accounts/default/identity";
    url.searchParams.set("audience", urlOf("private"));
    const token = await (await fetch(url, { headers: { "Metadata-Flavor": "Google" } })).text();
    expect((await fetch(urlOf("private"), bearer(token))).status).toBe(200);
  });

  test("an internal service is there for local services and for workloads, and for nobody else", async () => {
    const url = urlOf("internal");
    expect((await fetch(url, bearer(tokenFor(url, "you")))).status).toBe(404);
    expect((await fetch(url)).status).toBe(404);
    expect((await cloud.parts.run.fetch(url)).status).toBe(403);
    const pushed = await cloud.parts.run.fetch(url, bearer(tokenFor(url, "you")));
    expect(pushed.status).toBe(200);
    expect(JSON.stringify((await echoed(pushed)).headers)).not.toContain("x-local-cloud");
    // A workload has a token; it lacks the right.
    expect((await fetch(url, bearer(tokenFor(url)))).status).toBe(403);
  });
});

describe("limits", () => {
  test("a request of more than 32 MiB is refused, whether its length is told or not", async () => {
    const mebibyte = Buffer.alloc(1024 * 1024);
    const told = await fetch(urlOf("open"), { method: "POST", body: Buffer.alloc(33 * 1024 * 1024) });
    expect(told.status).toBe(413);
    expect(await told.text()).toContain("at most 32 MiB");
    const parts = Array.from({ length: 33 }, () => mebibyte);
    const body = ReadableStream.from(parts);
    const untold = await fetch(urlOf("open"), { method: "POST", body, duplex: "half" });
    expect(untold.status).toBe(413);
    const fits = await fetch(urlOf("open"), { method: "POST", body: Buffer.alloc(32 * 1024 * 1024) });
    expect((await echoed(fits)).size).toBe(32 * 1024 * 1024);
  });

  test("requests beyond its concurrency wait until one is done", async () => {
    const held = await fetch(`${urlOf("narrow")}/hold`);
    const waiting = fetch(`${urlOf("narrow")}/next`);
    // Past the front, at the process itself, so that it is let go while the only place is taken.
    await fetch(`${workload("narrow").instances[0]?.controlUrl}/release`);
    expect(await held.text()).toBe("released");
    expect((await echoed(await waiting)).path).toBe("/next");
  });

  test("who waits too long for a place, or for an answer, is told so", async () => {
    const clock = new HandClock();
    const stack = fixtureStack({
      google_cloud_run_v2_service: {
        narrow: service(
          "echo",
          { name: "narrow", invoker_iam_disabled: true },
          { max_instance_request_concurrency: 1, timeout: "60s" },
        ),
      },
    });
    await withCloud({ stack, clock }, async (own) => {
      const url = own.workloads()[0]?.url ?? "";
      const counted = () => own.counters()["google_cloud_run_v2_service.narrow"] ?? {};
      const silent = fetch(`${url}/silence`);
      await until(() => counted()["inFlight"] === 1);
      const queued = fetch(url);
      await until(() => counted()["requests"] === 2);
      clock.advance(10_000);
      expect((await queued).status).toBe(429);
      clock.advance(50_000);
      expect((await silent).status).toBe(504);
      expect(await (await silent).text()).toContain("within the 60 s that a request may take");
    });
  });

  test("an image that is not built from a folder does not run, and its URL says why", async () => {
    const response = await fetch(urlOf("foreign"));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("docker.io/library/nginx is not built from a folder");
    expect(workload("foreign").instances).toEqual([]);
  });

  test("what happened is counted, by address", () => {
    const counters = cloud.counters()["google_cloud_run_v2_service.private"];
    expect(counters).toMatchObject({ running: 1, restarts: 0, inFlight: 0 });
    expect(counters?.["succeeded"]).toBeGreaterThan(0);
    expect(counters?.["refused"]).toBeGreaterThan(0);
    expect(counters?.["requests"]).toBe(
      (counters?.["succeeded"] ?? 0) + (counters?.["clientErrors"] ?? 0) + (counters?.["serverErrors"] ?? 0),
    );
  });
});

describe("a process that ends", () => {
  const crashing = fixtureStack({
    google_cloud_run_v2_service: { echo: service("echo", { name: "echo", invoker_iam_disabled: true }) },
    google_cloud_run_v2_worker_pool: {
      workers: {
        name: "workers",
        location: "europe-west1",
        scaling: { manual_instance_count: 2 },
        template: { containers: [{ image: "worker", args: ["some", "arguments"] }] },
      },
      none: {
        name: "none",
        location: "europe-west1",
        scaling: [{ manual_instance_count: 0 }],
        template: [{ containers: [{ image: "worker" }] }],
      },
    },
  });

  test("is started again; who was waiting for it is told so, with its last lines and how it ended", async () => {
    await withCloud({ stack: crashing }, async (own) => {
      const [echo] = own.workloads();
      const url = echo?.url ?? "";
      const broken = await fetch(`${url}/crash`);
      expect(broken.status).toBe(503);
      await said(own, (message) => message === "exited with 1; it is started again in 0.1 s");
      await said(own, (message) => message === "listening");
      const view = () => own.workloads()[0]?.instances[0];
      // Its stack names the source's line, by the map that the bundle carries.
      expect(
        view()
          ?.lines.map(({ message }) => message)
          .join("\n"),
      ).toMatch(/main\.ts:\d+/);
      expect(view()).toMatchObject({ lastExit: "exited with 1" });
      await answers(url);
      expect(view()).toMatchObject({ state: "running", restarts: 1 });
    });
  });

  test("of a worker pool is started again as well; a pool has as many as it says, also none", async () => {
    await withCloud({ stack: crashing }, async (own) => {
      const pools = () => own.workloads().filter(({ kind }) => kind === "worker-pool");
      expect(pools().map(({ name, url, instances }) => [name, url, instances.length])).toEqual([
        ["workers", undefined, 2],
        ["none", undefined, 0],
      ]);
      await said(own, (message) => message === "working with some arguments");
      const pid = pools()[0]?.instances[0]?.pid ?? 0;
      process.kill(pid, "SIGKILL");
      await said(own, (message) => message === "was killed by SIGKILL; it is started again in 0.1 s");
    });
  });

  test("leaves with the cloud: SIGTERM, and nothing of it is left", async () => {
    const pids: number[] = [];
    const messages = await withCloud({ stack: crashing }, async (own, entries) => {
      await said(own, (message) => message.startsWith("working"));
      pids.push(...own.workloads().flatMap(({ instances }) => instances.map(({ pid }) => pid ?? 0)));
      return entries;
    });
    expect(pids).toHaveLength(3);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(messages.map(({ entry }) => entry.message)).toEqual(expect.arrayContaining(["leaving", "stopping"]));
  });

  test("before it ever answered stops the run, with its last words", async () => {
    const stack = fixtureStack({ google_cloud_run_v2_service: { broken: service("broken", { name: "broken" }) } });
    await expect(LocalCloud.start({ stack })).rejects.toThrow(
      /broken did not start: it exited with 7 before its PORT answered\. It wrote last:\n {2}no configuration/,
    );
  });
});

/** Lets everything else go on until something is so. */
async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks until the process behind a URL answers: each refusal means that it is on its way. */
async function answers(url: string): Promise<void> {
  while ((await fetch(url)).status === 503);
}
