/** The parts of an owner, taken up from the log and tied to one another. */
import { giveUpState, type Ledger, letGo, sourceOf } from "../checkpoint/ledger";
import type { Context } from "../checkpoint/record";
import type { History } from "../log/history";
import type { LogWriter } from "../log/owner";
import type { LogStore } from "../log/store";
import { Acknowledgements } from "../source/acknowledgements";
import { Leases } from "../source/leases";
import type { Subscriber } from "../source/subscriber";
import { Checkpointer } from "./checkpointer";
import { Connection } from "./connection";
import { definitionOf } from "./definition";
import { Intake } from "./intake";
import { contextOf } from "./meaning";
import { loggedOutputs } from "./outputs";
import type { Source } from "./source";
import type { Histograms } from "./telemetry/histogram";
import type { Tracer } from "./telemetry/tracer";
import { watchedSink } from "./telemetry/watched-sink";
import type { PullSettings } from "./settings";
import type { Troubles } from "./troubles";
import { Work } from "./work";
import type { World } from "./world";

export interface Parts {
  readonly work: Work;
  readonly sources: readonly Source[];
  readonly checkpointer: Checkpointer;
  readonly intake: Intake;
}

export interface PartsOptions {
  readonly world: World;
  readonly settings: PullSettings;
  /** The log's store, which asks until it is answered. */
  readonly store: LogStore;
  readonly history: History<Ledger>;
  readonly log: LogWriter;
  readonly troubles: Troubles;
  /** The state is given up under this name. */
  readonly reset: string | undefined;
  /** False from the moment that nothing may leave any more. */
  readonly mayLeave: () => boolean;
  /** Something is to be recorded soon. */
  readonly record: () => void;
  /** Something was confirmed, or became durable. */
  readonly progress: () => void;
  /** Something was worked on. */
  readonly worked: () => void;
  /** Memory is short: nothing more is taken. */
  readonly memoryShort: () => boolean;
  readonly histograms: Histograms;
  readonly tracer: Tracer;
  readonly fail: (error: unknown) => void;
}

/** Owners that ended without a recorded message, after which messages are taken one by one. */
const FAILED_STARTS = 3;

export function makeParts(options: PartsOptions): Parts {
  const { world, settings, history, log, troubles, reset, fail, progress, histograms, tracer } = options;
  const { clock } = world;
  const { lease } = settings;
  const ledger = history.state;
  // The owner that begins now is counted already.
  const wary = ledger.starts > FAILED_STARTS || ledger.suspects.size > 0;
  if (reset !== undefined) giveUpState(ledger, reset);

  const subscribers = new Map<string, Subscriber>();
  const subscriberOf = (subscription: string): Subscriber => {
    const subscriber = subscribers.get(subscription) ?? world.subscribe(subscription);
    subscribers.set(subscription, subscriber);
    return subscriber;
  };
  const definition = definitionOf(settings);
  const context = contextOf(settings, ledger.context?.begun || clock.now());
  const work = makeWork(options, context, ledger, subscriberOf);
  letGo(ledger);
  const sources = work.sources.map((one): Source => {
    const subscription = settings.subscriptions[one.input] ?? "";
    const subscriber = subscriberOf(subscription);
    const connection = new Connection({
      subscriber,
      clock,
      lease,
      running: sourceOf(ledger, one.input).running,
      trouble: troubles.about(subscription),
      response: (bytes) => intake.receive(source, bytes),
      connected: () => one.progress.listen(clock.now()),
    });
    const source: Source = { work: one, subscriber, leases: new Leases(subscription, lease), connection };
    return source;
  });
  const checkpointer = new Checkpointer({
    clock,
    store: options.store,
    log,
    work,
    context,
    definition: definition === ledger.definition ? undefined : definition,
    running: (input) =>
      sources.find(({ work: { input: name } }) => name === input)?.connection.running(clock.now()) ?? 0,
    made: () => intake.cut(),
    durable: () => {
      intake.recorded();
      progress();
    },
    took(milliseconds, bytes) {
      histograms.observe("checkpoint.duration", milliseconds / 1_000);
      histograms.observe("checkpoint.size", bytes);
    },
    tracer,
    fail,
    compactionFailed: (error) =>
      world.log("WARNING", `compaction: ${error instanceof Error ? error.message : "failed"}`),
    held: { entries: history.records.size, entryBytes: history.entryBytes, snapshotBytes: history.snapshotBytes },
    reset,
    compactAfter: settings.compactAfter,
  });
  const intake: Intake = new Intake({
    work,
    record: (saying) => checkpointer.record(saying),
    now: () => clock.now(),
    worked: options.worked,
    fail,
    lease,
    wary,
    memoryShort: options.memoryShort,
    mostBytes: settings.mostBytes,
    mostWaiting: settings.mostWaiting,
  });
  return { work, sources, checkpointer, intake };
}

function makeWork(
  options: PartsOptions,
  context: Context,
  ledger: Ledger,
  subscriberOf: (subscription: string) => Subscriber,
): Work {
  const { world, settings, log, troubles, mayLeave, record, progress, fail, histograms, tracer } = options;
  const { clock } = world;
  return new Work({
    bound: settings,
    ledger,
    outputs: (refused, moment, watermark) =>
      loggedOutputs({
        bound: settings,
        clients: world.clients,
        moment,
        watermark,
        ledger,
        term: log.next.term,
        begun: context.begun,
        troubles,
        assume: settings.assume,
        clock,
        mayLeave,
        record,
        progress,
        random: world.random,
        watched: watchedSink(clock, histograms, tracer),
        fail,
        refused,
      }),
    acknowledgements: (subscription, next) => {
      const subscriber = subscriberOf(subscription);
      const trouble = troubles.about("acknowledging");
      return new Acknowledgements({ subscription, subscriber, clock, trouble, mayLeave, progress }, next);
    },
  });
}
