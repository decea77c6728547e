/** Sends metrics and spans to a collector, by OTLP over HTTP: now and then, and once more at the end. */
import { type Clock, pause } from "../../../../runtime/clock";
import type { Trouble } from "../../../../runtime/retry";
import type { Attributes } from "./catalogue";
import { type Measured, metricsRequest, spansRequest } from "./otlp-json";
import type { OtlpSettings } from "./otlp-settings";
import type { Span } from "./tracer";

/** Milliseconds that the end may take: Cloud Run kills ten seconds after it was told to leave, and there is more to do. */
const LAST = 1_000;

export interface ExporterOptions {
  readonly settings: OtlpSettings;
  readonly clock: Clock;
  readonly resource: Attributes;
  readonly measure: () => Measured;
  readonly spans: () => readonly Span[];
  /** A collector that does not answer is no trouble of the pipeline's: it is said, and nothing else. */
  readonly trouble: Trouble;
}

export class Exporter {
  private failures = 0;
  private over = false;
  private cancel: () => void = () => {};

  constructor(private readonly options: ExporterOptions) {
    this.later();
  }

  /** Sends what there is a last time; nobody waits for a collector that does not take it. */
  async stop(): Promise<void> {
    this.over = true;
    this.cancel();
    await Promise.race([this.send(), pause(this.options.clock, LAST)]);
  }

  private later(): void {
    const { clock, settings } = this.options;
    this.cancel = clock.after(settings.every, () => {
      void this.send().finally(() => {
        if (!this.over) this.later();
      });
    });
  }

  /** What cannot be sent is dropped: the next metrics say it all again, and spans are a sample. */
  private async send(): Promise<void> {
    const { resource, measure, spans, trouble } = this.options;
    const measured = measure();
    try {
      await this.post("v1/metrics", metricsRequest(resource, measured));
      const ended = spans();
      if (ended.length > 0) await this.post("v1/traces", spansRequest(resource, ended, measured.common));
      if (this.failures > 0) trouble(undefined, this.failures);
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      trouble(error, this.failures);
    }
  }

  private async post(path: string, body: object): Promise<void> {
    const { endpoint, headers, timeout } = this.options.settings;
    const answer = await fetch(`${endpoint}/${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${answer.status} from ${endpoint}/${path}`);
  }
}
