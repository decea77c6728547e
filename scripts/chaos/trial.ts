/** One pipeline of a chaos run: its clicks, its storm, and what became of them. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { owner } from "../../local/access/members";
import { seeded } from "../../local/random";
import type { Clock } from "../../local/service";
import type { ProcessorState } from "../../pipeline-images/stream-processor/contract";
import type { Cloud } from "./cloud";
import * as fast from "./fast-clock";
import { Instance } from "./instance";
import { BUCKET, type Journey } from "./journey";
import { recordsOf } from "./log-of-records";
import type { PaneRow } from "./pipelines";
import { Publisher } from "./publisher";
import { readRecordings, VARIABLE as RECORDING } from "./recording";
import { replay } from "./replay";
import { type Blow, Storm } from "./storm";
import { totalsOf, windowsOf } from "./totals";
import { judge, type Verdict } from "./verdict";

/** Real milliseconds that the last process of each pipeline has to come to the end. */
const CALM = 120_000;

export interface PipelineChaos {
  readonly pipeline: string;
  readonly published: number;
  readonly blows: { readonly [blow in Blow]: number };
  /** Processes that came to own the log, one after the other. */
  readonly owners: number;
  readonly cutStreams: number;
  readonly duplicates: number;
  /** Messages at which processes ended twice, so that they became error rows. */
  readonly condemned: number;
  /** Real milliseconds. */
  readonly afterLeaving: readonly number[];
  readonly afterKill: readonly number[];
  /** The same of reading the log and taking it up. */
  readonly restores: readonly number[];
  /** Rows of the table by their pane's timing. */
  readonly timing: { readonly [timing: string]: number };
  readonly verdict: Verdict;
  readonly problems: readonly string[];
}

export interface TrialOptions {
  readonly cloud: Cloud;
  readonly journey: Journey;
  readonly clock: Clock;
  readonly pace: fast.Pace;
  readonly program: string;
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly say: (words: string) => void;
}

export class Trial {
  private readonly publisher: Publisher;
  private readonly blows: Storm;
  private starts = 0;
  private end: ProcessorState | undefined;

  constructor(private readonly options: TrialOptions) {
    const { cloud, journey, clock, seed, say } = options;
    const { name, topic, caller } = journey;
    writeFileSync(this.path("spec.json"), JSON.stringify(journey.pipeline));
    this.publisher = new Publisher(clock, seeded(seed * 2), (clicks) =>
      cloud.pubsub.publish(
        topic,
        clicks.map((click) => ({ data: Buffer.from(JSON.stringify(click)), attributes: {} })),
        owner,
      ),
    );
    this.blows = new Storm({
      lots: seeded(seed * 2 + 1),
      start: () => this.start(),
      cut: () => cloud.cut(caller),
      told: (blow) => say(`${name}: ${blow}`),
    });
  }

  async storm(): Promise<void> {
    this.publisher.start();
    try {
      await this.blows.run(this.options.kills);
    } finally {
      await this.publisher.stop();
    }
  }

  /** In peace, until all is worked on, every window is closed and every row is written. */
  async drain(): Promise<void> {
    try {
      await this.drainLast();
    } finally {
      await this.stop();
    }
  }

  stop(): Promise<void> {
    return this.blows.stop();
  }

  /** Whether the table is what it has to be. */
  async judge(): Promise<PipelineChaos> {
    const { cloud, journey } = this.options;
    const { blows, cuts, afterLeaving, afterKill, restores } = this.blows;
    const { published } = this.publisher;
    const { recording, owners } = await this.recorded();
    const replayed = replay(journey.pipeline.toJSON(), recording, new Map(published.map((one) => [one.id, one])));
    const panes = (await cloud.bigquery.query(`SELECT * FROM \`${journey.table}\``)) as unknown as readonly PaneRow[];
    const errors = this.errors();
    const condemned = new Set(errors.flatMap(({ id, reason }) => (reason === "function" ? [id] : [])));
    const others = errors.filter(({ reason }) => reason !== "function");
    const counted = published.filter(({ id }) => !condemned.has(id));
    const windows = windowsOf[journey.name];
    if (windows === undefined) throw new Error(`nobody knows the windows of ${journey.name}`);
    return {
      pipeline: journey.name,
      published: published.length,
      blows,
      owners,
      cutStreams: cuts,
      duplicates: this.end?.duplicates ?? 0,
      condemned: condemned.size,
      afterLeaving,
      afterKill,
      restores: restores.map((milliseconds) => milliseconds / this.options.pace.times),
      timing: countsOf(panes.map(({ timing }) => timing)),
      verdict: judge(panes, totalsOf(counted, windows), replayed),
      problems: [...this.blows.problems, ...this.problems(others)],
    };
  }

  private async recorded() {
    const { cloud, folder, journey } = this.options;
    const { http } = await cloud.door();
    const { has, terms: owners } = await recordsOf(http, BUCKET, journey.name);
    const names = readdirSync(folder).filter((name) => name.startsWith(`${journey.name}.recording.`));
    const files = names.map((name) => join(folder, name));
    return { recording: readRecordings(files, has), owners };
  }

  private problems(errors: readonly { readonly text: string }[]): readonly string[] {
    const [error] = errors;
    const worked = this.end?.messages;
    const { length } = this.publisher.published;
    return [
      ...(error === undefined ? [] : [`${errors.length} error rows, such as ${error.text}`]),
      ...(worked === length ? [] : [`it worked on ${worked} messages of ${length}`]),
    ];
  }

  private async drainLast(): Promise<void> {
    const { cloud, journey } = this.options;
    const last = await this.blows.last();
    const until = performance.now() + CALM;
    while (cloud.pubsub.peek(journey.subscription, 1).length > 0) {
      if (performance.now() > until) throw new Error(`${journey.name}: there are messages that nobody takes`);
      await pause(50);
    }
    this.end = await last.drain();
    await last.left;
  }

  /** Error rows, each once. */
  private errors() {
    const { cloud, journey } = this.options;
    const rows = cloud.pubsub.peek(journey.errors, 1_000_000).map(({ attributes, data }) => ({
      key: attributes["row_id"] ?? "",
      id: attributes["message_id"] ?? "",
      reason: attributes["reason"],
      text: Buffer.from(data).toString(),
    }));
    return [...new Map(rows.map((row) => [row.key, row])).values()];
  }

  private start(): Promise<Instance> {
    const { journey, program, pace } = this.options;
    this.starts += 1;
    return Instance.start({
      program,
      environment: {
        ...journey.environment,
        PIPELINE: this.path("spec.json"),
        LEASE: "10s",
        HEARTBEAT: "2s",
        CHECKPOINT_EVERY: "1s",
        [fast.VARIABLE]: fast.written(pace),
        [RECORDING]: this.path(`recording.${this.starts}`),
      },
    });
  }

  private path(name: string): string {
    return join(this.options.folder, `${this.options.journey.name}.${name}`);
  }
}

function countsOf(words: readonly string[]): { readonly [word: string]: number } {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}
