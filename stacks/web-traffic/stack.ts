import type { Construct } from "constructs";
import { BatchPipeline, Bucket, Dataset, GcpStack, Network, Runner, type GcpStackProps } from "../../constructs";
import { BucketObject } from "../../constructs/storage";
import { minuteTraffic } from "./pipelines/minute-traffic";
import { userTraffic } from "./pipelines/user-traffic";

export interface WebTrafficProps extends GcpStackProps {
  /**
   * What reads the events. Another one reads the same file into the same tables.
   * @default Runner.job(): one machine, which is there while it runs
   */
  readonly runner?: Runner<"bounded">;
  /**
   * A file that is deployed as events.json, to begin with.
   * @default none: whoever has the events copies them into the bucket
   */
  readonly sample?: string;
}

/** A file of page views becomes two tables at night: what each user viewed, and what was viewed in each minute. */
export class WebTraffic extends GcpStack {
  constructor(scope: Construct, id: string, { runner = Runner.job(), sample, ...props }: WebTrafficProps) {
    super(scope, id, props);
    // What comes in is apart from what runs keep, so that a run may read the events and change nothing of them.
    const events = new Bucket(this, "events", { name: "web-traffic-events" });
    if (sample !== undefined) {
      new BucketObject(this, "sample", { bucket: events, name: "events.json", content: { file: sample } });
    }
    const from = { events: { bucket: events, files: "events.json", format: "json-lines" } } as const;
    const around = {
      runner,
      dataset: new Dataset(this, "dataset", { name: "logs" }),
      bucket: new Bucket(this, "runs", { name: "web-traffic" }),
      network: new Network(this, "network", { name: "web-traffic" }),
    };

    // Each run replaces what the one before found: one that is repeated counts nothing twice.
    new BatchPipeline(this, "user-traffic", {
      ...around,
      pipeline: userTraffic,
      from,
      into: {
        user_traffic: { table: "user_traffic", write: "truncate" },
        metrics: { files: "metrics/summary", format: "text", suffix: ".txt", shards: 1 },
      },
      schedule: { cron: "0 3 * * *" },
    });
    new BatchPipeline(this, "minute-traffic", {
      ...around,
      pipeline: minuteTraffic,
      from,
      into: { minute_traffic: { table: "minute_traffic", write: "truncate" } },
      schedule: { cron: "15 3 * * *" },
    });
  }
}
