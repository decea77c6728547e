import type { Clock } from "../../../../runtime/clock";
import type { Histograms } from "./histogram";
import type { Tracer } from "./tracer";

/** Does a call of an output's sink. */
export type WatchSink = <T>(output: string, call: () => Promise<T>) => Promise<T>;

/** How long sinks take to answer, and a span of it now and then. */
export const watchedSink =
  (clock: Clock, histograms: Histograms, tracer: Tracer): WatchSink =>
  async (output, call) => {
    const begun = clock.now();
    try {
      return await tracer.during("sink", { output }, call);
    } finally {
      histograms.observe("sink.duration", (clock.now() - begun) / 1_000, { output });
    }
  };
