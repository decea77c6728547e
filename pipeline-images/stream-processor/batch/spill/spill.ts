/** What the steps of a run hold and the memory does not: who puts it aside, and where. */
import type { Keep } from "../../operators/stage";
import type { Budget } from "./budget";
import { SpillFolder } from "./spill-folder";
import { type Room, SpillingStage } from "./spilling-stage";

export interface SpillOptions {
  /** In which a folder is made when it is needed. It has to be on a disk: some are memory themselves. */
  readonly within: string;
  readonly budget: Budget;
  /** Bytes of rows that wait, of a part of the keys, before they are worked into what is held. @default 8 MiB */
  readonly foldAfter?: number;
  /** Told of what leaves the memory. */
  readonly say?: (message: string) => void;
}

const FOLD_AFTER = 8 << 20;
/** So many questions go unasked after one that nobody could do anything about. */
const PATIENCE = 256;

export class Spill implements Room {
  readonly folder: SpillFolder;
  readonly foldAfter: number;
  private readonly stages: SpillingStage[] = [];
  private unasked = 0;

  constructor(private readonly options: SpillOptions) {
    this.folder = new SpillFolder(options.within);
    this.foldAfter = options.foldAfter ?? FOLD_AFTER;
  }

  /** Stands before the steps of an engine. */
  readonly keep: Keep = (maker) => {
    const stage = new SpillingStage(maker, this);
    this.stages.push(stage);
    return { stage, takes: stage.takes };
  };

  /** Between batches: where memory is short, those that hold most put it aside. */
  look(): void {
    while (this.isShort()) if (!this.putAside()) return;
  }

  isShortFor(one: SpillingStage): boolean {
    while (this.isShort()) {
      if ((this.largest(one)?.size ?? 0) <= one.size) return one.size > 1;
      if (!this.putAside(one)) return false;
    }
    return false;
  }

  /** Nothing is left on disk. */
  close(): void {
    this.folder.close();
  }

  private isShort(): boolean {
    if (this.unasked > 0) {
      this.unasked -= 1;
      return false;
    }
    return this.options.budget.passed();
  }

  /** @returns whether anybody did. @param but who is at work, and is not asked */
  private putAside(but?: SpillingStage): boolean {
    const stage = this.largest(but);
    if (stage === undefined) {
      this.unasked = PATIENCE;
      return false;
    }
    const { within, say = () => {} } = this.options;
    say(`memory is short: what ${stage.id} holds, ${stage.size} keys, and what comes to it goes to ${within}`);
    stage.toDisk();
    return true;
  }

  private largest(but?: SpillingStage): SpillingStage | undefined {
    let largest: SpillingStage | undefined;
    for (const one of this.stages) if (one !== but && one.size > (largest?.size ?? 0)) largest = one;
    return largest;
  }
}
