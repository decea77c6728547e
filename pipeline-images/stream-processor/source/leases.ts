/** Leases of messages that are ours and not recorded: extended in batches, at half of their time. */
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";

const IDS_A_REQUEST = 2_000;
/** Requests that may wait for an answer. Where there are more, Pub/Sub does not come to it, and leases end as they may. */
const MOST_UNDERWAY = 100;
const SUBSCRIPTION = 1;
const SECONDS = 3;
const ACK_IDS = 4;

export type TakeAckId = (id: Uint8Array) => void;

/** Messages that are leased together. */
export interface Leased {
  /** Goes through their acknowledgement ids: views that live until the next one. */
  eachAckId(take: TakeAckId): void;
}

export class Leases {
  /** When the lease of a batch was last begun. */
  private readonly begun = new Map<Leased, number>();
  private underway = 0;

  constructor(
    private readonly subscription: string,
    /** Milliseconds. */
    private readonly lease: number,
  ) {}

  add(batch: Leased, now: number): void {
    this.begun.set(batch, now);
  }

  /** The messages of the batch are among those of a run from now on, whose lease is the oldest of theirs. */
  move(batch: Leased, run: Leased): void {
    const begun = this.begun.get(batch);
    if (begun === undefined) return;
    this.begun.delete(batch);
    this.begun.set(run, Math.min(begun, this.begun.get(run) ?? Infinity));
  }

  /** All messages of the batch are recorded, or given back. */
  end(batch: Leased): void {
    this.begun.delete(batch);
  }

  /** A request is asked for. What fails is asked for again at half of what is left, or its messages come again. */
  async asked(answer: Promise<void>): Promise<void> {
    this.underway += 1;
    await answer.catch(() => {});
    this.underway -= 1;
  }

  /** ModifyAckDeadlineRequests for the batches whose lease is half over. */
  extensions(now: number): Uint8Array[] {
    if (this.underway >= MOST_UNDERWAY) return [];
    const due: Leased[] = [];
    for (const [batch, begun] of this.begun) if (now - begun >= this.lease / 2) due.push(batch);
    for (const batch of due) this.begun.set(batch, now);
    return this.requests(due, this.lease / 1_000);
  }

  /** Requests that give everything back: it may come to another at once. */
  giveBack(): Uint8Array[] {
    const all = [...this.begun.keys()];
    this.begun.clear();
    return this.requests(all, 0);
  }

  private requests(batches: readonly Leased[], seconds: number): Uint8Array[] {
    const requests: Uint8Array[] = [];
    let writer = this.begin(seconds);
    let ids = 0;
    const take = (id: Uint8Array): void => {
      writer.tag(ACK_IDS, WireType.bytes).delimited(id);
      if ((ids += 1) < IDS_A_REQUEST) return;
      requests.push(writer.finish());
      writer = this.begin(seconds);
      ids = 0;
    };
    for (const batch of batches) batch.eachAckId(take);
    return ids === 0 ? requests : [...requests, writer.finish()];
  }

  private begin(seconds: number): WireWriter {
    const writer = new WireWriter(1_024);
    return writer
      .tag(SUBSCRIPTION, WireType.bytes)
      .string(this.subscription)
      .tag(SECONDS, WireType.varint)
      .int32(seconds);
  }
}
