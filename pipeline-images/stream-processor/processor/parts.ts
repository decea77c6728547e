/** The parts of an owner, taken up from the log and tied to one another. */
import { giveUpState, type Ledger } from "../checkpoint/ledger";
import type { History } from "../log/history";
import type { LogWriter } from "../log/owner";
import type { LogStore } from "../log/store";
import { Acknowledgements } from "../source/acknowledgements";
import { Leases } from "../source/leases";
import { Checkpointer } from "./checkpointer";
import { Connection } from "./connection";
import { Intake } from "./intake";
import { contextOf } from "./meaning";
import { makeOutputs } from "./outputs";
import type { PullSettings } from "./settings";
import type { Troubles } from "./troubles";
import { Work } from "./work";
import type { World } from "./world";

export interface Parts {
  readonly work: Work;
  readonly leases: Leases;
  readonly checkpointer: Checkpointer;
  readonly connection: Connection;
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
  readonly fail: (error: unknown) => void;
}

/** Owners that ended without a recorded message, after which messages are taken one by one. */
const FAILED_STARTS = 3;

export function makeParts(options: PartsOptions): Parts {
  const { world, settings, history, log, troubles, reset, fail, progress } = options;
  const { clock, subscriber } = world;
  const { subscription, lease } = settings;
  const ledger = history.state;
  // The owner that begins now is counted already.
  const wary = ledger.starts > FAILED_STARTS || ledger.suspects.size > 0;
  if (reset !== undefined) giveUpState(ledger, reset);

  const leases = new Leases(subscription, lease);
  const work = makeWork(options, ledger);
  const connection: Connection = new Connection({
    subscriber,
    clock,
    lease,
    running: ledger.running,
    trouble: troubles.about(subscription),
    response: (bytes) => intake.receive(bytes),
    connected: () => work.progress.listen(clock.now()),
  });
  const running = (): number => connection.running(clock.now());
  const checkpointer = new Checkpointer({
    clock,
    store: options.store,
    log,
    work,
    context: contextOf(settings),
    running,
    made: () => intake.cut(),
    durable: () => {
      intake.recorded();
      progress();
    },
    fail,
    compactionFailed: (error) =>
      world.log("WARNING", `compaction: ${error instanceof Error ? error.message : "failed"}`),
    held: { entries: history.records.size, entryBytes: history.entryBytes, snapshotBytes: history.snapshotBytes },
    reset,
    compactAfter: settings.compactAfter,
  });
  const intake: Intake = new Intake({
    work,
    leases,
    record: (saying) => checkpointer.record(saying),
    now: () => clock.now(),
    running,
    worked: options.worked,
    fail,
    lease,
    wary,
    mostBytes: settings.mostBytes,
  });
  return { work, leases, checkpointer, connection, intake };
}

function makeWork(options: PartsOptions, ledger: Ledger): Work {
  const { world, settings, log, troubles, mayLeave, record, progress, fail } = options;
  const { clock, subscriber } = world;
  return new Work({
    bound: settings,
    ledger,
    outputs: (refused) =>
      makeOutputs({
        bound: settings,
        world,
        ledger,
        term: log.next.term,
        troubles,
        assume: settings.assume,
        clock,
        mayLeave,
        record,
        progress,
        fail,
        refused,
      }),
    acknowledgements: (next) => {
      const { subscription } = settings;
      const trouble = troubles.about("acknowledging");
      return new Acknowledgements({ subscription, subscriber, clock, trouble, mayLeave, progress }, next);
    },
  });
}
