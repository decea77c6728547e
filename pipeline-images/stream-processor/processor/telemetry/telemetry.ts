/** What OpenTelemetry's variables turn on: spans, what lines of the log say of them, and a collector that is told. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../../../runtime/clock";
import type { Log } from "../../../../runtime/log";
import type { ProcessorState } from "../../contract";
import { Troubles } from "../troubles";
import { Exporter } from "./exporter";
import type { Distribution } from "./histogram";
import type { OtlpSettings } from "./otlp-settings";
import { pointsOf } from "./points";
import { RecordingTracer, type Tracer, untraced } from "./tracer";
import { tracedLog } from "./traced-log";

export interface Telemetry {
  readonly tracer: Tracer;
  readonly log: Log;
  /** From now on the collector is told. */
  begin(told: Told): void;
  /** What there is goes a last time. */
  end(): Promise<void>;
}

interface Told {
  /** The same for all that this process tells, and for nothing that another does. */
  readonly instance: string;
  readonly state: () => ProcessorState;
  readonly distributions: () => readonly Distribution[];
}

const none = (log: Log): Telemetry => ({ tracer: untraced, log, begin: () => {}, end: () => Promise.resolve() });

const randomHex = (bytes: number): string => randomBytes(bytes).toString("hex");

/** @param project that traces are kept in */
export function telemetryOf(
  settings: OtlpSettings | undefined,
  clock: Clock,
  log: Log,
  project: () => Promise<string>,
): Telemetry {
  if (settings === undefined) return none(log);
  const tracer = new RecordingTracer({ clock, randomHex, oneOf: settings.oneOf });
  let known: string | undefined;
  // Elsewhere than in Google's cloud there is none, and lines say nothing of spans.
  project().then(
    (name) => (known = name),
    () => {},
  );
  let exporter: Exporter | undefined;
  return {
    tracer,
    log: tracedLog(log, tracer, () => known),
    begin({ instance, state, distributions }) {
      const since = clock.now();
      const { pipeline } = state();
      exporter = new Exporter({
        settings,
        clock,
        resource: {
          "service.name": settings.service ?? pipeline,
          "service.instance.id": instance,
          ...settings.attributes,
        },
        measure: () => ({
          points: pointsOf(state()),
          distributions: distributions(),
          common: { pipeline },
          since,
          now: clock.now(),
        }),
        spans: () => tracer.take(),
        trouble: new Troubles(log).about(settings.endpoint),
      });
    },
    async end() {
      await exporter?.stop();
    },
  };
}
