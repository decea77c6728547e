import type { WorkloadView } from "../../view";
import type { Front } from "./front";
import type { Instance } from "./instance";
import type { Workload } from "./workload";

/** A workload with all that makes it run. */
export class Deployment {
  constructor(
    readonly workload: Workload,
    /** Of its image; undefined where that is not built from a folder. */
    private readonly folder: string | undefined,
    private readonly instances: readonly Instance[],
    private readonly front?: { readonly front: Front; readonly url: string },
  ) {}

  /** @throws Error of every process that did not start */
  async start(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.start()));
  }

  /** The front goes last: who calls meanwhile is told to come again. */
  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await this.front?.front.close();
  }

  /** Ends its processes as something from outside would: they are started again. False where none runs. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean {
    return this.instances.map((instance) => instance.kill(signal)).includes(true);
  }

  view(): WorkloadView {
    const { address, name, kind, account } = this.workload;
    return {
      address,
      name,
      kind,
      identity: `serviceAccount:${account}`,
      folder: this.folder,
      url: this.front?.url,
      instances: this.instances.map((instance) => instance.view()),
    };
  }

  counters(): { readonly [counter: string]: number } {
    const views = this.instances.map((instance) => instance.view());
    return {
      ...this.front?.front.counters(),
      running: views.filter(({ state }) => state === "running").length,
      restarts: views.reduce((sum, { restarts }) => sum + restarts, 0),
    };
  }
}
