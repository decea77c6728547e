/**
 * The local cloud: a synthesized stack, run on this machine. It is applied as Terraform applies it, each resource to
 * the service that knows its type, and then started.
 */
import { AccessControl } from "./access/access-control";
import { owner } from "./access/members";
import { systemClock } from "./clock";
import { Doors } from "./doors";
import { Faults, type Struck } from "./faults/faults";
import type { FaultPlan } from "./faults/plan";
import { graphOf, type JourneyGraph } from "./graph";
import { Logs } from "./log-stream";
import type { Attributes, Caller, Clock, Counters, Denial, Door, Grant, Host, Service, StackResource } from "./service";
import { makeServices, type Services } from "./services";
import { computedAttributes } from "./stack/computed";
import type { StackDocument } from "./stack/document";
import { whyElsewhere } from "./stack/elsewhere";
import { StackProblem } from "./stack/problem";
import { notApplied, resolveStack, type Resolution } from "./stack/resolve";
import { StateFolder } from "./state-folder";
import type { CloudView, ResourceView, StackView, TimedEntry, WorkloadView } from "./view";

export interface StartOptions {
  /** Of {@link findStack}. */
  readonly stack: StackDocument;
  /** Where the state is kept from run to run; without it in a temporary folder that goes with the run. */
  readonly folder?: string;
  /** @default the machine's own time */
  readonly clock?: Clock;
  /** Is told everything that services and workloads say, from the first moment on. */
  readonly log?: (entry: TimedEntry) => void;
  /** Of the HTTP services at the owner's door, its gRPC services on the next one. @default any free ones */
  readonly port?: number;
  /** Values of the stack's variables. */
  readonly variables?: { readonly [name: string]: string | undefined };
  /** What is to go wrong. @default nothing */
  readonly faults?: FaultPlan;
  /** Ends it, also while it starts: Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** A running stack. */
export class LocalCloud implements CloudView {
  /**
   * Applies the stack and starts it.
   * @throws StackProblem with everything that could not be applied or started, or the signal's reason; nothing is left
   * running then
   */
  static async start(options: StartOptions): Promise<LocalCloud> {
    const { signal } = options;
    signal?.throwIfAborted();
    const cloud = new LocalCloud(options);
    const abort = () => void cloud.stop().catch(() => undefined);
    signal?.addEventListener("abort", abort);
    try {
      await cloud.applyAndStart(options);
      signal?.throwIfAborted();
      return cloud;
    } catch (error) {
      // What went wrong first is what is told.
      await cloud.stop().catch(() => undefined);
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  readonly stack: StackView;
  readonly startedAt: number;
  readonly logs: Logs;
  /** The services themselves, for who needs more of them than {@link CloudView} shows. */
  readonly parts: Services;
  /** Who may do what, by the stack's grants. */
  readonly access: AccessControl;
  private readonly state: StateFolder;
  private readonly doors: Doors;
  private readonly faults: Faults | undefined;
  private readonly serviceOf = new Map<string, Service>();
  private resolution: Resolution = { resolved: [], failures: [], outputs: {}, warnings: [] };
  private applied: Promise<unknown> = Promise.resolve();
  private ownersDoor: Door | undefined;
  private stopped: Promise<void> | undefined;

  private constructor({ stack, folder, clock = systemClock, log, faults }: StartOptions) {
    const { id, project, projectNumber, region } = stack;
    this.stack = { id, project, projectNumber, region };
    this.startedAt = clock.now();
    this.state = StateFolder.open(folder, id, project);
    this.logs = new Logs(clock);
    if (log !== undefined) this.logs.follow(log);
    this.access = new AccessControl(project);
    this.faults = faults && new Faults(faults, clock);
    this.doors = new Doors(stack, () => this.parts.all, this.faults);
    const host: Host & { readonly access: AccessControl } = {
      project,
      projectNumber,
      region,
      clock,
      access: this.access,
      log: (entry) => this.logs.add(entry),
      folder: (service) => this.state.within(service),
      door: (caller) => this.doors.of(caller),
    };
    try {
      this.parts = makeServices(host, stack);
    } catch (error) {
      this.state.close();
      throw error;
    }
    for (const service of this.parts.all) {
      for (const { type } of service.resources) this.serviceOf.set(type, service);
    }
  }

  get resources(): readonly ResourceView[] {
    return this.resolution.resolved.map(({ resource, attributes }) => {
      const { address, type, name } = resource;
      const service = this.serviceOf.get(type)?.name;
      return {
        address,
        type,
        name,
        attributes,
        service,
        notHere: service === undefined ? whyElsewhere(type) : undefined,
      };
    });
  }

  get outputs(): { readonly [name: string]: unknown } {
    return this.resolution.outputs;
  }

  get services(): readonly string[] {
    return this.parts.all.map(({ name }) => name);
  }

  get graph(): JourneyGraph {
    return graphOf(this.resources, this.stack.project);
  }

  get grants(): readonly Grant[] {
    return this.access.grants;
  }

  get denials(): readonly Denial[] {
    return this.access.denials;
  }

  get owner(): Door {
    if (this.ownersDoor === undefined) throw new Error("the local cloud has not started");
    return this.ownersDoor;
  }

  /** The door of any identity of the stack: what this identity may do can be tried there. */
  door(caller: Caller): Promise<Door> {
    return this.doors.of(caller);
  }

  /** How often each fault that was asked for struck. */
  get struck(): Struck {
    return this.faults?.struck ?? {};
  }

  counters(): Counters {
    return Object.assign({}, ...this.parts.all.map((service) => service.counters?.() ?? {})) as Counters;
  }

  workloads(): readonly WorkloadView[] {
    return this.parts.run.workloads();
  }

  /**
   * Ends everything within some ten seconds: deliveries first, then processes, which still reach the services while
   * they leave, then the services. May be called again, and while it starts.
   */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async applyAndStart({ stack, port, variables, faults }: StartOptions): Promise<void> {
    this.ownersDoor = await this.doors.of(owner, port);
    const resolving = resolveStack(stack, (resource) => this.apply(resource), variables);
    this.applied = resolving.catch(() => undefined);
    this.resolution = await resolving;
    const { failures, warnings } = this.resolution;
    for (const message of warnings) this.logs.add({ severity: "WARNING", source: "stack", message });
    if (failures.length > 0) throw notApplied(stack.id, failures);
    this.refuseUnknown(faults);
    // Processes come before deliveries: what is delivered finds somebody there.
    await this.parts.run.start();
    for (const service of this.parts.all) {
      if (this.stopped !== undefined) return;
      // In order, as written there.
      if (service !== this.parts.run) await service.start?.();
    }
    this.faults?.start((workload, signal) => this.parts.run.kill(workload, signal));
  }

  /** A fault that strikes nothing would pass for one that does no harm. */
  private refuseUnknown(plan: FaultPlan | undefined): void {
    const names = this.workloads().map(({ name }) => name);
    for (const fault of plan?.faults ?? []) {
      if (fault.kind === "call" || names.includes(fault.workload)) continue;
      throw new StackProblem(`faults: no workload is called "${fault.workload}": there are ${names.join(", ")}`);
    }
  }

  private async apply(resource: StackResource): Promise<Attributes> {
    if (this.stopped !== undefined) throw new StackProblem("the run was stopped before this was made");
    const known = { ...resource.config, ...computedAttributes(resource, this.stack) };
    const type = this.serviceOf.get(resource.type)?.resources.find((one) => one.type === resource.type);
    return type === undefined ? known : { ...known, ...(await type.apply(resource)) };
  }

  private async stopAll(): Promise<void> {
    this.faults?.stop();
    const others = this.parts.all.filter((service) => service !== this.parts.run);
    const steps = [
      // Nothing is made any more that would have to be stopped.
      () => this.applied,
      () => Promise.all(others.flatMap((service) => service.quiesce?.() ?? [])),
      () => this.parts.run.stop(),
      () => this.doors.close(),
      ...others.toReversed().map((service) => () => service.stop()),
    ];
    const errors: unknown[] = [];
    for (const step of steps) {
      // Whatever one of them does, the next is stopped as well.
      await step().catch((error: unknown) => errors.push(error));
    }
    this.state.close();
    if (errors.length > 0) throw errors[0];
  }
}
