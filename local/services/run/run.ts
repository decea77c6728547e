import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { iamTypes } from "../../access/iam-types";
import { bundle, type Bundle } from "../../images/bundle";
import { locateImage } from "../../images/folder";
import type {
  Attributes,
  Caller,
  Counters,
  Host,
  HttpRoute,
  ResourceType,
  Service,
  StackResource,
  Tokens,
} from "../../service";
import type { ImageFolder } from "../../stack/document";
import { StackProblem } from "../../stack/problem";
import type { WorkloadView } from "../../view";
import { Deployment } from "./deployment";
import { modulePaths, processEnvironment } from "./environment";
import { Front, withinHeader } from "./front";
import { Instance } from "./instance";
import { Job } from "./job";
import type { Launch, Machine } from "./machine";
import { Ports } from "./ports";
import { jobsRoute } from "./rest-jobs";
import { readJobSettings, readRequestSettings, readWorkload, type Workload } from "./workload";

export interface RunDependencies {
  readonly tokens: Tokens;
  /** Container image, as a workload names it, to its folder. */
  readonly images: { readonly [reference: string]: ImageFolder };
  /** The folder of cdktf.json. */
  readonly app: string;
  readonly machine: Machine;
}

/** Tasks of jobs that run at once on this machine, however many more the cloud would run. */
const atOnce = Math.max(2, availableParallelism());

/** Cloud Run: services, worker pools and jobs, as processes made from the folders of their images. */
export class Run implements Service {
  readonly name = "run";
  readonly resources: readonly ResourceType[];
  /** What can be executed. */
  readonly jobs: Job[] = [];
  private readonly deployments: Deployment[] = [];
  private readonly bundles = new Map<string, Promise<Bundle>>();
  private readonly secret = randomUUID();
  private readonly ports: Ports;

  constructor(
    private readonly host: Host,
    private readonly dependencies: RunDependencies,
  ) {
    this.ports = new Ports(host.folder("run"));
    this.resources = [
      { type: "google_cloud_run_v2_service", apply: (resource) => this.deployService(resource) },
      { type: "google_cloud_run_v2_worker_pool", apply: (resource) => this.deployPool(resource) },
      { type: "google_cloud_run_v2_job", apply: (resource) => this.deployJob(resource) },
      ...iamTypes("google_cloud_run_v2_service", host, (config) => this.fullName("services", config)),
      ...iamTypes("google_cloud_run_v2_worker_pool", host, (config) => this.fullName("workerPools", config)),
      ...iamTypes("google_cloud_run_v2_job", host, (config) => this.fullName("jobs", config)),
    ];
  }

  http(caller: Caller): readonly HttpRoute[] {
    const { access, clock } = this.host;
    return [jobsRoute({ jobs: this.jobs, access, clock }, caller)];
  }

  /**
   * As `fetch`, for local services that call workloads: Pub/Sub's pushes. A service whose ingress is internal takes
   * their requests.
   */
  readonly fetch: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set(withinHeader, this.secret);
    return fetch(input, { ...init, headers });
  };

  /**
   * Starts every process at once; settles when every service answers.
   * @throws StackProblem with the last words of each that did not start
   */
  async start(): Promise<void> {
    const outcomes = await Promise.allSettled(this.deployments.map((one) => one.start()));
    const failed = outcomes.flatMap((one) => (one.status === "rejected" ? [(one.reason as Error).message] : []));
    if (failed.length > 0) throw new StackProblem(failed.join("\n"));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.deployments, ...this.jobs].map((one) => one.stop()));
  }

  /** Ends a workload's processes as something from outside would. False where none runs. */
  kill(workload: string, signal: "SIGKILL" | "SIGTERM"): boolean {
    const deployed = this.deployments.find((one) => one.workload.name === workload);
    return (deployed ?? this.jobs.find((one) => one.name === workload))?.kill(signal) ?? false;
  }

  workloads(): readonly WorkloadView[] {
    return [...this.deployments, ...this.jobs].map((one) => one.view());
  }

  counters(): Counters {
    return Object.fromEntries([
      ...this.deployments.map((one) => [one.workload.address, one.counters()] as const),
      ...this.jobs.map((one) => [one.options.workload.address, one.counters()] as const),
    ]);
  }

  private async deployService(resource: StackResource): Promise<Attributes> {
    const workload = this.read(resource, "service");
    const [instance] = await this.instancesOf(workload);
    const { access, clock, log } = this.host;
    const name = this.fullName("services", resource.config);
    const front = new Front({
      name: workload.name,
      resource: name,
      settings: readRequestSettings(resource),
      access,
      tokens: this.dependencies.tokens,
      clock,
      log,
      answering: () => {
        if (instance === undefined) return this.whyNot(workload);
        return instance.answering ?? "no process of it answers at the moment";
      },
      isFromWithin: (headers) => headers[withinHeader] === this.secret,
    });
    const { url, port } = await front.open(this.ports.of(name));
    this.ports.keep(name, port);
    const folder = this.folderOf(workload);
    this.deployments.push(new Deployment(workload, folder, instance === undefined ? [] : [instance], { front, url }));
    return { id: name.slice(name.indexOf("/") + 1), uri: url, urls: [url], ...revision(workload) };
  }

  private async deployPool(resource: StackResource): Promise<Attributes> {
    const workload = this.read(resource, "worker-pool");
    this.deployments.push(new Deployment(workload, this.folderOf(workload), await this.instancesOf(workload)));
    const name = this.fullName("workerPools", resource.config);
    return { id: name.slice(name.indexOf("/") + 1), ...revision(workload) };
  }

  private async deployJob(resource: StackResource): Promise<Attributes> {
    const workload = this.read(resource, "job");
    const { clock, log } = this.host;
    const name = this.fullName("jobs", resource.config);
    this.jobs.push(
      new Job({
        workload,
        settings: readJobSettings(resource),
        resource: name,
        folder: this.folderOf(workload),
        launch: await this.launcherOf(workload),
        atOnce,
        machine: this.dependencies.machine,
        clock,
        log,
      }),
    );
    return { id: name.slice(name.indexOf("/") + 1) };
  }

  private read(resource: StackResource, kind: Workload["kind"]): Workload {
    const { projectNumber, log } = this.host;
    const workload = readWorkload(resource, kind, `${projectNumber}-compute@developer.gserviceaccount.com`);
    for (const note of workload.notes) {
      log({ severity: "WARNING", source: "run", message: `${workload.name}: ${note}` });
    }
    return workload;
  }

  /** None where there is no folder to run. */
  private async instancesOf(workload: Workload): Promise<readonly Instance[]> {
    const launch = await this.launcherOf(workload);
    if (typeof launch === "string") return [];
    const { clock, log } = this.host;
    return Array.from(
      { length: workload.instances },
      (_, index) =>
        new Instance({
          name: workload.name,
          startup: workload.kind === "service" ? workload.startup : undefined,
          launch: launch(workload, `${workload.name}-${index}`),
          machine: this.dependencies.machine,
          clock,
          log,
        }),
    );
  }

  /** What runs a process of a workload, in a folder of that name; or why nothing can, which is said as well. */
  private async launcherOf(workload: Workload): Promise<((told: Workload, home: string) => Launch) | string> {
    const folder = this.folderOf(workload);
    if (folder === undefined) {
      const why = this.whyNot(workload);
      this.host.log({ severity: "WARNING", source: "run", message: `${workload.name}: ${why}` });
      return why;
    }
    const { main, external } = await this.bundleOf(folder);
    const door = await this.host.door({ member: `serviceAccount:${workload.account}` });
    const modules = modulePaths(folder, external);
    const homes = join(this.host.folder("run"), "homes");
    return (told, home) => ({
      main,
      args: told.args,
      environment: processEnvironment(told, door, join(homes, home), modules),
      memory: told.memory,
      folder: join(homes, home),
    });
  }

  private folderOf({ image }: Workload): string | undefined {
    const { images, app } = this.dependencies;
    const found = images[image];
    return found === undefined ? undefined : locateImage(found, app);
  }

  /** Bundled once, however many workloads run it. */
  private bundleOf(folder: string): Promise<Bundle> {
    const there = this.bundles.get(folder) ?? bundle(folder, join(this.host.folder("run"), "bundles"));
    this.bundles.set(folder, there);
    return there;
  }

  private whyNot({ image }: Workload): string {
    return `its image ${image} is not built from a folder of the app or of a package, and containers do not run here`;
  }

  /** run.googleapis.com/projects/P/locations/L/services/S */
  private fullName(collection: string, { project, location, name }: StackResource["config"]): string {
    const own = typeof project === "string" ? project : this.host.project;
    const where = typeof location === "string" ? location : this.host.region;
    return `run.googleapis.com/projects/${own}/locations/${where}/${collection}/${String(name).split("/").at(-1)}`;
  }
}

function revision({ name }: Workload): Attributes {
  return { latest_created_revision: `${name}-00001-local`, latest_ready_revision: `${name}-00001-local` };
}
