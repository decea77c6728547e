/**
 * What a stack's jobs do: their very environment, with the names that Terraform would put in; the buckets, datasets and
 * tables of the stack in the local cloud; and each task run by the image's own code.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Template } from "../../../constructs/testing/template";
import { filesOfRun } from "../../../pipeline/bindings";
import type { PipelineSpec } from "../../../pipeline/spec";
import { runBatch } from "../../../pipeline-images/stream-processor/batch/batch-service";
import { cloudOf } from "../../../pipeline-images/stream-processor/google/cloud";
import { type BatchEnvironment, readSettings } from "../../../pipeline-images/stream-processor/settings";
import { type Clock, systemClock } from "../../../runtime/clock";
import { localServices } from "../../pipeline-images/stream-processor/support/local";

/** In the night after the days of the samples. */
const NIGHT = new Date("2026-03-02T03:00:00Z");
const clock: Clock = { ...systemClock, now: () => NIGHT.getTime() };

type Environment = { readonly [name: string]: string };

export async function jobsOf(template: Template) {
  const { apply, environment, bigquery } = await localServices();
  const { storage } = cloudOf(environment, clock);
  const config = (type: string, name: string) => {
    const text = JSON.stringify(template.resource(`${type}.${name}`));
    return JSON.parse(named(text, template)) as { readonly [argument: string]: unknown };
  };
  for (const type of ["google_storage_bucket", "google_bigquery_dataset", "google_bigquery_table"]) {
    for (const name of Object.keys(template.allResources(type))) await apply(type, config(type, name));
  }

  return {
    /** A bucket of somebody else's. */
    bucket: (name: string) => apply("google_storage_bucket", { name, location: "EU" }),
    query: (sql: string) => bigquery.query(sql),
    put: (bucket: string, name: string, content: Uint8Array) =>
      storage.createObject(bucket, filesOfRun(name, NIGHT), content),
    /** The objects of a bucket that begin so: their names and contents. */
    async objects(bucket: string, prefix: string): Promise<readonly (readonly [name: string, content: Buffer])[]> {
      const names = await storage.listObjects(bucket, prefix, "");
      return Promise.all(
        names.map(async (name) => [name, Buffer.from((await storage.readObject(bucket, name)) ?? [])] as const),
      );
    },
    /** Runs a job with one task, as a run of a name. @returns what it said last */
    async run(job: string, spec: PipelineSpec, run = "first"): Promise<string> {
      const folder = mkdtempSync(join(tmpdir(), "journey-job-"));
      try {
        const path = join(folder, "spec.json");
        writeFileSync(path, JSON.stringify(spec));
        const told = {
          ...environmentOf(template, job),
          ...environment,
          GOOGLE_CLOUD_PROJECT: "acme-dev",
          PIPELINE: path,
          CLOUD_RUN_EXECUTION: run,
        };
        let said = "";
        const settings = readSettings(told, []) as BatchEnvironment;
        const running = runBatch(settings, cloudOf(told, clock), clock, (_, message) => void (said = message));
        await running.ended;
        return said;
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

/** What a job of Cloud Run is told, or a launch of Dataflow where there is none: of files and tables, the same. */
function environmentOf(template: Template, job: string): Environment {
  if (!Object.keys(template.allResources("google_cloud_run_v2_job")).includes(job)) return launchOf(template, job);
  const { template: revision } = template.resource(`google_cloud_run_v2_job.${job}`) as {
    readonly template: {
      readonly template: {
        readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
      };
    };
  };
  const all = revision.template.containers.flatMap(({ env }) => env);
  return Object.fromEntries(all.map(({ name, value }) => [name, named(value, template)]));
}

function launchOf(template: Template, job: string): Environment {
  const { body } = template.resource(`google_cloud_scheduler_job.${job}`)["http_target"] as { readonly body: string };
  const text = JSON.parse(body.slice("${base64encode(".length, -")}".length)) as string;
  const { launchParameter } = JSON.parse(named(text, template)) as {
    readonly launchParameter: { readonly parameters: Environment };
  };
  const { inputs = "", outputs = "", errors = "", pipeline = "" } = launchParameter.parameters;
  const bucket = pipeline.replace(/^gs:\/\/([^/]+)\/.*$/, "$1");
  return { MODE: "batch", INPUTS: inputs, OUTPUTS: outputs, ERRORS: errors, CHECKPOINTS: `gs://${bucket}/runs/${job}` };
}

/** A text with the names that Terraform puts in: of "${google_storage_bucket.logs.name}", the bucket's. */
function named(text: string, template: Template): string {
  return text.replaceAll(/\$\{(google_[a-z_]+\.[^.}]+)\.(\w+)\}/g, (whole, address: string, attribute: string) => {
    const value = template.resource(address)[attribute];
    // A table's dataset is a name of another's.
    return typeof value === "string" ? named(value, template) : whole;
  });
}
