import { CloudError } from "../../../errors";
import type { Host, Tokens } from "../../../service";
import { agentOf } from "../agent";
import type { PushConfig } from "../api/messages";
import type { Delivery } from "../delivery";
import { fullServiceAccount } from "../names";
import type { Subscription } from "../subscription";
import type { DeliveryCounters, DeliveryKind } from "./kind";
import { Pause } from "./pause";
import { pushRequest } from "./push-request";
import { PushWindow } from "./push-window";

export interface PushWorld {
  readonly host: Pick<Host, "access" | "clock" | "log" | "project" | "projectNumber">;
  readonly tokens: Tokens;
  readonly fetch: typeof globalThis.fetch;
}

/** Everything else asks for the message again. */
const ACKNOWLEDGES = new Set([102, 200, 201, 202, 204]);
/** Milliseconds for which a token is sent again; it is valid for an hour. */
const TOKEN_REUSE = 10 * 60 * 1000;

/** Posts messages to an endpoint, each in a request of its own, several at once. */
export class PushDelivery implements DeliveryKind {
  /** The next message of a key goes out when the last one was acknowledged. */
  readonly severalOfOneKey = false;
  private readonly config: PushConfig;
  private readonly window = new PushWindow();
  private readonly pause: Pause;
  private readonly open = new Set<AbortController>();
  private readonly underWay = new Set<Promise<void>>();
  private stopped = false;
  private token: { readonly text: string; readonly since: number } | undefined;
  private lastProblem = "";

  constructor(
    private readonly subscription: Subscription,
    private readonly world: PushWorld,
    private readonly counters: DeliveryCounters,
    private readonly wake: () => void,
  ) {
    this.config = subscription.config.pushConfig as PushConfig;
    this.pause = new Pause(world.host.clock, wake);
    subscription.join(this);
  }

  offer(share: number): number {
    if (this.pause.isOn) return 0;
    const taken = this.subscription.take(this, {
      messages: Math.min(share, this.window.free),
      bytes: Infinity,
      leaseSeconds: this.subscription.config.ackDeadlineSeconds,
    });
    for (const delivery of taken) {
      this.window.begin();
      const pushed = this.push(delivery, delivery.lease).finally(() => this.underWay.delete(pushed));
      this.underWay.add(pushed);
    }
    return taken.length;
  }

  released(): void {}

  end(): void {
    this.pause.stop();
  }

  retire(): void {
    this.subscription.leave(this);
    this.end();
  }

  async idle(): Promise<void> {
    await Promise.all(this.underWay);
  }

  stop(): void {
    this.retire();
    this.stopped = true;
    for (const request of this.open) request.abort();
  }

  private async push(delivery: Delivery, lease: number): Promise<void> {
    const problem = await this.post(delivery);
    if (this.stopped) return;
    if (problem === undefined) {
      this.counters.pushOk += 1;
      this.window.succeeded();
      this.pause.success();
      this.lastProblem = "";
      this.subscription.acknowledge({ message: delivery.message.id, lease });
    } else {
      this.counters.pushFailed += 1;
      this.window.failed();
      this.pause.failure();
      this.warn(problem);
      // Its lease may have ended before the answer came: then it was given back already.
      if (delivery.lease === lease) this.subscription.fail(delivery);
    }
    this.wake();
  }

  /** @returns why the message was not acknowledged */
  private async post(delivery: Delivery): Promise<string | undefined> {
    const abort = new AbortController();
    this.open.add(abort);
    const deadline = this.subscription.config.ackDeadlineSeconds;
    const inTime = this.world.host.clock.after(deadline * 1000, () => abort.abort());
    try {
      const { headers, body } = pushRequest(this.subscription, delivery);
      const response = await this.world.fetch(this.config.pushEndpoint, {
        method: "POST",
        headers: { "user-agent": "CloudPubSub-Google", ...this.authorization(), ...headers },
        body,
        redirect: "manual",
        signal: abort.signal,
      });
      // Read to its end, so that the connection is used again.
      await response.arrayBuffer();
      return ACKNOWLEDGES.has(response.status) ? undefined : `answered ${response.status}`;
    } catch (error) {
      return abort.signal.aborted ? `no answer within the acknowledgement deadline of ${deadline} s` : reasonOf(error);
    } finally {
      this.open.delete(abort);
      inTime();
    }
  }

  private authorization(): { readonly authorization?: string } {
    const { oidcToken } = this.config;
    if (oidcToken === undefined || oidcToken.serviceAccountEmail === "") return {};
    const { access, clock, project } = this.world.host;
    if (this.token === undefined || clock.now() - this.token.since > TOKEN_REUSE) {
      const email = oidcToken.serviceAccountEmail;
      const account = fullServiceAccount(email, project);
      access.check(agentOf(this.world.host), "iam.serviceAccounts.getOpenIdToken", account);
      const audience = oidcToken.audience === "" ? this.config.pushEndpoint : oidcToken.audience;
      this.token = { text: this.world.tokens.identity(email, audience), since: clock.now() };
    }
    return { authorization: `Bearer ${this.token.text}` };
  }

  /** Each problem once until something succeeds. */
  private warn(problem: string): void {
    if (problem === this.lastProblem) return;
    this.lastProblem = problem;
    this.world.host.log({
      severity: "WARNING",
      source: "pubsub",
      message: `${this.subscription.name}: a push to ${this.config.pushEndpoint} failed: ${problem}`,
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CloudError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // What fetch throws says only that it failed; its cause says why.
  return error.cause instanceof Error ? error.cause.message : error.message;
}
