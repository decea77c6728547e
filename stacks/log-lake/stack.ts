import type { Construct } from "constructs";
import {
  BatchPipeline,
  Bucket,
  Dataset,
  GcpStack,
  Network,
  Runner,
  ServiceAccount,
  type GcpStackProps,
} from "../../constructs";
import { logLake } from "./pipeline";

export interface LogLakeProps extends GcpStackProps {
  /**
   * What reads the logs.
   * @default Dataflow, when machines are cheap: 10 TB a day are too much for one machine
   */
  readonly runner?: Runner<"bounded">;
}

/** The access logs of a day, 10 TB of them, become rows of a table that is divided by days. */
export class LogLake extends GcpStack {
  constructor(scope: Construct, id: string, { runner = cheapMachines, ...props }: LogLakeProps) {
    super(scope, id, props);
    // What was read once is read again only when something was wrong with the rows: it may be slow and dear to read.
    const logs = new Bucket(this, "logs", {
      name: "logs",
      lifecycle: [
        { action: { class: "coldline" }, when: { age: "7d" } },
        { action: "delete", when: { age: "365d" } },
      ],
    });
    const shipper = new ServiceAccount(this, "shipper", { name: "log-shipper" });
    logs.grantWrite(shipper, { why: "brings the servers' logs" });

    new BatchPipeline(this, "pipeline", {
      pipeline: logLake,
      runner,
      from: { lines: { bucket: logs, files: "{yesterday}/*/access.log.gz", format: "text" } },
      into: {
        requests: {
          table: "requests",
          // A query says of which days: one that does not would read, and cost, years.
          partition: { column: "day", requireFilter: true },
          clustering: ["path", "status"],
        },
      },
      // Early enough: FlexRS starts a job within six hours, and it has to be the same day still.
      schedule: { cron: "0 3 * * *" },
      dataset: new Dataset(this, "dataset", { name: "logs" }),
      bucket: new Bucket(this, "pipelines", { name: "log-lake" }),
      network: new Network(this, "network", { name: "log-lake" }),
    });
  }
}

/** Lines are taken apart in memory; nobody waits for them, so that machines may come late and be taken away. */
const cheapMachines = Runner.dataflow({
  flexRS: true,
  machineType: "n1-highmem-4",
  maxWorkers: 200,
  shuffle: "service",
});
