/** The process that is Pub/Sub and BigQuery to what is measured, and what a processor is told of it. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../processor/process";
import type { Front } from "./front";
import type { Said, Told } from "./service";

export const SUBSCRIPTION = "projects/bench/subscriptions/clicks";
/** Milliseconds: the shortest there is. After a start the watermark waits for one. */
export const LEASE = 10_000;
/** Milliseconds of each way, to the far address. */
const DELAY = 5;

/** Where a program meets the services: at once, a round trip of 10 ms away, or as in the cloud, by TLS and with tokens. */
export type Place = "near" | "far" | "secure";

/**
 * What a processor is told, and Google's client.
 * @param folder with pipeline.json
 */
export function environment(services: string | Front, folder: string, port = 0): Variables {
  return {
    ...(typeof services === "string" ? emulated(services) : securely(services, folder)),
    GOOGLE_CLOUD_PROJECT: "bench",
    MODE: "pull",
    PORT: String(port),
    PIPELINE: join(folder, "pipeline.json"),
    INPUTS: JSON.stringify({ clicks: { subscription: SUBSCRIPTION } }),
    OUTPUTS: JSON.stringify({ out: { table: "bench.bench.out" } }),
    ERRORS: JSON.stringify({ topic: "projects/bench/topics/errors" }),
    // Each start has a log of its own: it is to find nothing that it knows already.
    CHECKPOINTS: mkdtempSync(join(folder, "checkpoints-")),
    LEASE: `${LEASE / 1_000}s`,
  };
}

type Variables = { readonly [name: string]: string };

const emulated = (address: string): Variables => ({
  PUBSUB_EMULATOR_HOST: address,
  BIGQUERY_STORAGE_EMULATOR_HOST: address,
});

/** The programs have no word for it: gRPC itself is told the way, and whom to trust. */
function securely({ address, root }: Front, folder: string): Variables {
  const file = join(folder, "root.pem");
  writeFileSync(file, root);
  return {
    grpc_proxy: `http://${address}`,
    // In place of what the machine says of proxies.
    no_grpc_proxy: "127.0.0.1",
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: file,
    GCE_METADATA_HOST: address,
    METADATA_SERVER_DETECTION: "assume-present",
  };
}

export class Service {
  near = "";
  far = "";
  secure: Front = { address: "", root: "" };
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
          service.secure = said.secure;
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
