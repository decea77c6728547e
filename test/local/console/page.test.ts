/** The page in headless Chromium. It runs where there is one; in CI there must be: see chromium.ts. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startConsole, type RunningConsole } from "../../../local/console/console";
import { HandClock } from "../support/host";
import { findChromium } from "./chromium";
import * as fake from "./fake-view";

const executablePath = findChromium();

/** A worker pool, beside its instances. */
const pool = {
  address: fake.pool,
  name: "user-activity",
  kind: "worker-pool",
  identity: "serviceAccount:pipeline@acme-dev.iam.gserviceaccount.com",
  folder: "",
  url: undefined,
} as const;

describe.runIf(executablePath !== undefined)("the page", () => {
  let browser: Browser;
  let bigquery: Server;
  let view: fake.FakeView;
  let clock: HandClock;
  let running: RunningConsole;
  let page: Page;
  let faults: string[];
  let rows: readonly (readonly string[])[];
  /** What BigQuery was asked, and what its answers wait for. */
  let asked: string[];
  let answering: Promise<void>;

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    });
    bigquery = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        asked.push(body);
        const fields = [{ name: "data", type: "STRING" }];
        void answering.then(() =>
          response.end(
            JSON.stringify({ schema: { fields }, rows: rows.map((row) => ({ f: row.map((v) => ({ v })) })) }),
          ),
        );
      });
    });
    await new Promise<void>((resolve) => bigquery.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await browser.close();
    bigquery.closeAllConnections();
    await new Promise((resolve) => bigquery.close(resolve));
  });

  beforeEach(async () => {
    rows = [];
    asked = [];
    answering = Promise.resolve();
    faults = [];
    clock = new HandClock();
    view = fake.fakeView(`http://127.0.0.1:${(bigquery.address() as AddressInfo).port}`);
    running = await startConsole({ source: view.source, clock, port: 0 });
    page = await browser.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== "data:" && hostname !== "localhost") faults.push(`asks ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    await running.stop();
    expect(faults).toEqual([]);
  });

  const node = (id: string) => page.locator(`.node[data-id="${id}"]`);
  const total = (title: string) => page.locator(".total", { has: page.getByRole("heading", { name: title }) });

  async function opened(): Promise<void> {
    await page.goto(running.url);
    await page.locator(".node").first().waitFor();
  }
  /** A second passes: the page hears of what is counted now. */
  const second = () => clock.advance(1000);

  test("shows the journey as a graph, named and drawn without two boxes on one place", async () => {
    await opened();
    expect(await page.title()).toBe("gaming-events-dev · journey");
    expect(await page.locator(".node").count()).toBe(14);
    expect(await page.locator(".edge").count()).toBe(16);
    await page.getByRole("button", { name: "topic dj-pubsub-topic" }).waitFor();
    const boxes = await page.locator(".node .box").evaluateAll((all) =>
      all.map((one) => {
        const { height, width, x, y } = one.getBoundingClientRect();
        return { height, width, x, y };
      }),
    );
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        expect(a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height).toBe(false);
      }
    }
  });

  test("counts as it happens: on the nodes, over the links, in the totals", async () => {
    await opened();
    view.counted = {
      [fake.topic]: { published: 1250 },
      [fake.pullSubscription]: { unacknowledged: 3, oldestUnacknowledgedSeconds: 2 },
      [fake.rawTable]: { rows: 1247 },
    };
    second();
    await expect.poll(() => node(fake.topic).textContent()).toContain("published 1,250");
    expect(await node(fake.pullSubscription).getAttribute("aria-label")).toBe(
      "subscription dj_subscription_dataflow: backlog 3, oldest 2s",
    );
    expect(await total("Events in").textContent()).toContain("1,2501,250/s");
    expect(await total("Backlog").textContent()).toContain("oldest 2s");
    expect(await total("Rows out").textContent()).toContain("1,247");
    expect(await page.locator(".edge.publish.active text").textContent()).toBe("1,250/s");
  });

  test("turns the way to the dead letters red once one went there, and shows each with its reason", async () => {
    await opened();
    expect(await page.locator(".edge.alarm").count()).toBe(0);
    view.counted = { [fake.rawSubscription]: { deadLettered: 1 }, [fake.deadTopic]: { published: 1 } };
    view.kept.push({
      messageId: "1",
      publishTime: clock.now(),
      data: Buffer.from(
        JSON.stringify({ error: "not JSON", raw_data: Buffer.from("<img src=x onerror=alert(1)>").toString("base64") }),
      ),
      attributes: { pipeline: "clean-clicks", step: "clicks", reason: "parse" },
      orderingKey: "",
      attempts: 0,
      leased: false,
    });
    second();
    await expect.poll(() => page.locator(".edge.alarm").count()).toBe(1);
    expect(await node(fake.deadTopic).getAttribute("class")).toContain("alarm");
    await node(fake.deadTopic).click();
    const panel = page.getByRole("tabpanel", { name: "Dead letters" });
    await panel.getByText("parse: not JSON").waitFor();
    await panel.locator("summary").click();
    expect(await panel.locator("pre").first().textContent()).toBe("<img src=x onerror=alert(1)>");
    expect(await page.locator("img").count()).toBe(0);
  });

  test("shows the rows of the table that is chosen, as text whatever they hold", async () => {
    rows = [["<script>alert(1)</script>"], ["second"]];
    await opened();
    await node(fake.cleanTable).click();
    const panel = page.getByRole("tabpanel", { name: "Rows" });
    await panel.getByText("second").waitFor();
    expect(await panel.getByLabel("Table", { exact: true }).inputValue()).toBe(fake.cleanTable);
    expect(await panel.locator("td").first().textContent()).toBe("<script>alert(1)</script>");
    rows = [["third"]];
    second();
    await panel.getByText("third").waitFor();
  });

  test("shows the rows of a table that is chosen while those of another are on their way", async () => {
    const held: (() => void)[] = [];
    answering = new Promise((resolve) => held.push(resolve));
    await opened();
    await expect.poll(() => asked.length).toBe(1);
    await node(fake.cleanTable).click();
    rows = [["of the second"]];
    for (const answer of held) answer();
    // No second passes that would ask again.
    await page.getByRole("tabpanel", { name: "Rows" }).getByText("of the second").waitFor();
    expect(asked).toEqual([expect.stringContaining("pubsub_direct"), expect.stringContaining("cloud_run")]);
  });

  test("puts refused accesses above all else: who lacks what on what, and which role has it", async () => {
    view.denied = [
      {
        member: "serviceAccount:pool@acme-dev.iam.gserviceaccount.com",
        permission: "bigquery.tables.updateData",
        resource: "bigquery.googleapis.com/projects/acme-dev/datasets/data_journey/tables/dataflow",
        roles: ["roles/bigquery.dataEditor"],
      },
    ];
    await opened();
    second();
    await expect
      .poll(() => page.locator("#alerts").textContent())
      .toBe(
        "Access denied. serviceAccount:pool@acme-dev.iam.gserviceaccount.com lacks bigquery.tables.updateData on " +
          "bigquery.googleapis.com/projects/acme-dev/datasets/data_journey/tables/dataflow. " +
          "It would come with roles/bigquery.dataEditor.",
      );
  });

  test("tells how a workload is and what it said last", async () => {
    const instance = {
      pid: undefined,
      restarts: 2,
      lastExit: "was killed by SIGKILL",
      controlUrl: undefined,
      lines: [],
    };
    view.running = [{ ...pool, instances: [{ ...instance, state: "restarting" }] }];
    await opened();
    second();
    await node(fake.pool).click();
    const panel = page.getByRole("tabpanel", { name: "Workloads" });
    await panel.getByText("restarting").waitFor();
    expect(await panel.textContent()).toContain("not running, started again 2 times (last was killed by SIGKILL)");
    view.say({ at: clock.now(), entry: { severity: "ERROR", source: "user-activity", message: "no more memory" } });
    await panel.getByText("no more memory").waitFor();
  });

  test("tells what a pipeline keeps, refuses, writes and waits for, and that its memory is short", async () => {
    let told: object = { ...fake.processorState };
    const control = createServer((_, response) => response.end(JSON.stringify(told)));
    await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));
    const controlUrl = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
    const instance = { state: "running", pid: 7, restarts: 0, lastExit: undefined, controlUrl, lines: [] } as const;
    view.running = [{ ...pool, instances: [instance] }];
    await opened();
    await node(fake.pool).click();
    const panel = page.getByRole("tabpanel", { name: "Workloads" });
    const facts = () =>
      panel
        .locator("dl")
        .evaluate((list) =>
          [...list.querySelectorAll("dt")].map(
            (name) => `${name.textContent}: ${name.nextElementSibling?.textContent}`,
          ),
        );
    second();
    await panel.getByText("restored in").waitFor();
    expect((await facts()).slice(3).map((fact) => fact.replace(/at \d\d:00:00/, "at 13:00:00"))).toEqual([
      "watermark: 2024-05-06T12:00:00.000Z",
      "unwritten: 12 rows",
      "memory: 812.0 MiB of 1024.0 MiB",
      "step activity.aggregate: 1,204 groups, 3 windows open",
      "output activity: 58,000 rows in acme-dev.data_journey.dataflow, 12 unwritten (1.5 KiB)",
      "output late: 4 rows in projects/acme-dev/topics/late",
      "refused by clicks.parse: 2 rows, parse",
      "checkpoint: record 41 of term 2, 12.0 KiB in 35 ms at 13:00:00, in gs://acme-dev-gaming-events/state; restored in 210 ms",
    ]);
    expect(await panel.locator("dd.reason").allTextContents()).toEqual(["2 rows, parse"]);
    told = { ...told, memory: { ...fake.processorState.memory, used: 2 ** 30 * 0.9, short: true } };
    second();
    await panel.getByText("short, nothing is taken: 921.6 MiB of 1024.0 MiB").waitFor();
    expect(await panel.locator("dd.reason").first().textContent()).toContain("short");
    // One that says it in short, as an older image does.
    told = { ...fake.processorState, memory: undefined };
    second();
    await expect.poll(async () => (await facts()).length).toBe(5);
    control.closeAllConnections();
    await new Promise((resolve) => control.close(resolve));
  });

  test("is worked by keyboard alone", async () => {
    rows = [["one"]];
    await opened();
    await node(fake.cleanTable).focus();
    await page.keyboard.press("Enter");
    // Rows of the first table may be there already.
    await expect.poll(() => asked.at(-1)).toContain("cloud_run");
    await page.getByRole("tabpanel", { name: "Rows" }).getByText("one").waitFor();
    expect(await page.getByLabel("Table", { exact: true }).inputValue()).toBe(fake.cleanTable);
    await page.getByRole("tab", { name: "Rows" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: "Dead letters" }).getAttribute("aria-selected")).toBe("true");
    expect(await page.evaluate("document.activeElement.id")).toBe("tab-dead-letters");
    await page.keyboard.press("End");
    await page.getByText("a laptop has no VPC").waitFor();
  });

  test("is light or dark as the system says, or as it is told", async () => {
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "dark" });
    await opened();
    expect(await ground()).toBe("rgb(13, 17, 22)");
    const button = page.getByRole("button", { name: "Colours: auto" });
    await button.click();
    expect(await ground()).toBe("rgb(245, 246, 248)");
    await page.reload();
    await page.locator(".node").first().waitFor();
    expect(await ground()).toBe("rgb(245, 246, 248)");
  });

  test("has no sideways scroll on a narrow screen, but for the graph's own", async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    await opened();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    expect(await page.locator("#graph").evaluate((graph) => graph.scrollWidth > graph.clientWidth)).toBe(true);
  });

  test("says when the local cloud is gone", async () => {
    await opened();
    await running.stop();
    await expect.poll(() => page.locator("header .state").textContent()).toBe("not running any more");
    // The stream that broke is the one fault that is meant.
    faults = faults.filter(
      (fault) => !/ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)/.test(fault),
    );
  });
});
