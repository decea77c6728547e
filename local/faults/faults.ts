/**
 * Faults on demand: calls of the workloads that fail, are lost, forgotten or slow, and processes that are killed. What is
 * struck is drawn by lot from a seed. The person at the laptop, who looks how things are, is struck by nothing.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type {
  handleUnaryCall,
  sendUnaryData,
  ServerDuplexStream,
  ServerUnaryCall,
  UntypedHandleCall,
} from "@grpc/grpc-js";
import { owner } from "../access/members";
import { CloudError } from "../errors";
import { asStatus, fail, type GrpcMethod } from "../grpc";
import { pathOf } from "../http";
import { type Random, seeded } from "../random";
import type { Caller, Clock, HttpRoute, Service } from "../service";
import { StruckStream, type Fate } from "./struck-stream";
import type { CallFault, FaultPlan, KillFault, Trouble } from "./plan";

/** What happens to one call. */
interface Strike {
  readonly trouble: Trouble;
  /** Milliseconds. */
  readonly delay: number;
}

/** How often each kind of fault struck: "pubsub Acknowledge forgotten", "kill user-activity". */
export type Struck = { readonly [fault: string]: number };

export class Faults {
  private readonly calls: readonly { readonly fault: CallFault; readonly lots: Random }[];
  private readonly kills: readonly { readonly fault: KillFault; readonly lots: Random }[];
  private readonly counts = new Map<string, number>();
  private readonly pending = new Set<() => void>();
  private stopped = false;

  constructor(
    { seed, faults }: FaultPlan,
    private readonly clock: Clock,
  ) {
    // Lots of its own for each: one that is added changes nothing of the others.
    const drawn = faults.map((fault, index) => ({ fault, lots: seeded(seed * 1_000 + index) }));
    this.calls = drawn.flatMap(({ fault, lots }) => (fault.kind === "call" ? [{ fault, lots }] : []));
    this.kills = drawn.flatMap(({ fault, lots }) => (fault.kind === "kill" ? [{ fault, lots }] : []));
  }

  get struck(): Struck {
    return Object.fromEntries([...this.counts].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  /**
   * Begins to kill.
   * @param kill ends a process of a workload; false where none runs at the moment
   */
  start(kill: (workload: string, signal: "SIGKILL" | "SIGTERM") => boolean): void {
    for (const { fault, lots } of this.kills) {
      const again = (): void => {
        this.later(fault.every * (0.5 + lots()), () => {
          if (this.stopped) return;
          if (kill(fault.workload, fault.signal)) this.count(`kill ${fault.workload}`);
          again();
        });
      };
      again();
    }
  }

  /** Nothing strikes any more; what is held back goes on. */
  stop(): void {
    this.stopped = true;
    for (const go of this.pending) go();
  }

  /** A service's gRPC methods, as a caller meets them. */
  grpc(service: Service, caller: Caller): readonly GrpcMethod[] {
    const methods = service.grpc?.(caller) ?? [];
    if (caller.member === owner.member) return methods;
    return methods.map((method) => {
      const handle = method.responseStream ? this.stream(service, method) : this.unary(service, method);
      return { ...method, handle };
    });
  }

  /** A service's HTTP routes, as a caller meets them. */
  http(service: Service, caller: Caller): readonly HttpRoute[] {
    const routes = service.http?.(caller) ?? [];
    if (caller.member === owner.member) return routes;
    return routes.map((route) => ({
      ...route,
      handle: (request, response) => this.answer(service, route, request, response),
    }));
  }

  private unary(service: Service, method: GrpcMethod): UntypedHandleCall {
    const handle = method.handle as handleUnaryCall<unknown, unknown>;
    return ((call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
      const strike = this.strike(service, method.path);
      if (strike === undefined) return handle(call, done);
      this.later(strike.delay, () => {
        const { trouble } = strike;
        if (trouble.what === "error") done(asStatus(injected(trouble.code)));
        else if (trouble.what === "forgotten") done(null, {});
        else if (trouble.what === "lost") handle(call, () => done(asStatus(injected("UNAVAILABLE"))));
        else handle(call, done);
      });
    }) as UntypedHandleCall;
  }

  /** Of a stream every message is a call of its own; the first that fails ends the stream. */
  private stream(service: Service, method: GrpcMethod): UntypedHandleCall {
    const handle = method.handle as (stream: ServerDuplexStream<unknown, unknown>) => void;
    return ((stream: ServerDuplexStream<unknown, unknown>) => {
      StruckStream.between(
        stream,
        () => {
          const strike = this.strike(service, method.path);
          return strike && { delay: strike.delay, ...fateOf(strike.trouble) };
        },
        (delay, act) => this.later(delay, act),
        (error) => fail(stream, error),
      );
      handle(stream);
    }) as UntypedHandleCall;
  }

  private async answer(
    service: Service,
    route: HttpRoute,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const strike = this.strike(service, `${request.method} ${pathOf(request)}`);
    if (strike !== undefined) {
      const { trouble } = strike;
      if (strike.delay > 0) await new Promise<void>((resolve) => this.later(strike.delay, resolve));
      if (trouble.what === "error") throw injected(trouble.code);
      if (trouble.what === "lost") breakBeforeAnswer(response);
    }
    await route.handle(request, response);
  }

  /** The first fault that is for such a call, if the lot falls on this one. */
  private strike(service: Service, method: string): Strike | undefined {
    if (this.stopped) return undefined;
    for (const { fault, lots } of this.calls) {
      if (fault.service !== service.name || !method.includes(fault.method)) continue;
      if (lots() >= fault.share) continue;
      this.count(`${fault.service} ${fault.method} ${fault.trouble.what}`.replace("  ", " "));
      return { trouble: fault.trouble, delay: fault.delay * lots() };
    }
    return undefined;
  }

  private count(fault: string): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
  }

  private later(delay: number, act: () => void): void {
    if (delay === 0) return act();
    const go = (): void => {
      this.pending.delete(go);
      cancel();
      act();
    };
    const cancel = this.clock.after(delay, go);
    this.pending.add(go);
  }
}

const injected = (code: CloudError["code"]): CloudError => new CloudError(code, "a fault that was asked for");

function fateOf(trouble: Trouble): Omit<Fate, "delay"> {
  switch (trouble.what) {
    case "error":
      return { isHandedOn: false, breaks: injected(trouble.code) };
    case "lost":
      return { isHandedOn: true, breaks: injected("UNAVAILABLE") };
    case "forgotten":
      return { isHandedOn: false, breaks: undefined };
    case "slow":
      return { isHandedOn: true, breaks: undefined };
  }
}

/** Whatever is answered, the caller sees a connection that breaks. */
function breakBeforeAnswer(response: ServerResponse): void {
  const gone = (): ServerResponse => response.destroy();
  Object.assign(response, { writeHead: () => response, write: () => true, end: gone });
}
