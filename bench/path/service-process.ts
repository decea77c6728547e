/** The process that is Pub/Sub and BigQuery to what is measured, and what a processor is told of it. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../processor/process";
import type { Said, Told } from "./service";

export const SUBSCRIPTION = "projects/bench/subscriptions/clicks";
/** Milliseconds: the shortest there is. After a start the watermark waits for one. */
export const LEASE = 10_000;
/** Milliseconds of each way, to the far address. */
const DELAY = 5;

/** @param folder with pipeline.json */
export function environment(address: string, folder: string): { readonly [name: string]: string } {
  return {
    PUBSUB_EMULATOR_HOST: address,
    BIGQUERY_STORAGE_EMULATOR_HOST: address,
    GOOGLE_CLOUD_PROJECT: "bench",
    MODE: "pull",
    PORT: "0",
    PIPELINE: join(folder, "pipeline.json"),
    INPUTS: JSON.stringify({ clicks: { subscription: SUBSCRIPTION } }),
    OUTPUTS: JSON.stringify({ out: { table: "bench.bench.out" } }),
    ERRORS: JSON.stringify({ topic: "projects/bench/topics/errors" }),
    // Each start has a log of its own: it is to find nothing that it knows already.
    CHECKPOINTS: mkdtempSync(join(folder, "checkpoints-")),
    LEASE: `${LEASE / 1_000}s`,
  };
}

export class Service {
  near = "";
  far = "";
  private readonly heard: { readonly takes: (said: Said) => boolean }[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.on("message", (said) => {
      const at = this.heard.findIndex(({ takes }) => takes(said as Said));
      if (at >= 0) this.heard.splice(at, 1);
    });
  }

  /** @param events messages that there are */
  static async start(folder: string, events: number): Promise<Service> {
    const main = await compile(join(__dirname, "service.ts"), mkdtempSync(join(folder, "service-")));
    const service = new Service(
      fork(main, [String(events), String(DELAY)], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] }),
    );
    await new Promise<void>((resolve) => {
      service.heard.push({
        takes(said) {
          if (said.kind !== "listens") return false;
          service.near = said.near;
          service.far = said.far;
          resolve();
          return true;
        },
      });
    });
    return service;
  }

  tell(told: Told): void {
    this.child.send(told);
  }

  /** Resolves once so many streams have been opened. */
  opened(streams: number): Promise<void> {
    return new Promise((resolve) => {
      let open = 0;
      const takes = (said: Said): boolean => {
        if (said.kind === "opened") open += 1;
        if (open === streams) resolve();
        return open === streams;
      };
      this.heard.push({ takes });
    });
  }

  /** Resolves with the milliseconds until all of them are acknowledged. */
  send(messages: number): Promise<number> {
    this.tell({ kind: "send", messages });
    return new Promise((resolve) => {
      this.heard.push({
        takes(said) {
          if (said.kind === "acknowledged") resolve(said.milliseconds);
          return said.kind === "acknowledged";
        },
      });
    });
  }

  stop(): void {
    this.child.disconnect();
  }
}
