/** How it goes, looked at now and then, and whether it goes on so. */

export interface Sample {
  /** Since the load began. */
  readonly second: number;
  /** Resident memory of the processor, and of the local cloud. */
  readonly megabytes: number;
  readonly cloudMegabytes: number;
  /** How far the watermark is behind the clock. */
  readonly watermarkAge: number;
  /** Messages that are not acknowledged. */
  readonly backlog: number;
  readonly messages: number;
  /** Of the machine, in a minute: what else it does disturbs the run. */
  readonly load: number;
}

export interface Trend {
  /** Means of the first and of the last third after the warm-up. */
  readonly first: number;
  readonly last: number;
  /** The last third may have so much. */
  readonly most: number;
  readonly isBounded: boolean;
}

export interface Trends {
  /** Seconds that do not count. */
  readonly warmUp: number;
  readonly megabytes: Trend;
  readonly watermarkAge: Trend;
  readonly backlog: Trend;
}

/** Ids are remembered for ten minutes after their acknowledgement: until then memory grows with them. */
const REMEMBERED = 600;
/** Seconds after which all is as it stays: the ids, and a minute for what else there is. */
const WARM = 660;
/** Memory by which the last third may be above the first: a share, and what a collector leaves lying about. */
const SHARE = 0.1;
const SLACK = 48;
/** Bytes of an id: 8 in a ring that has up to twice the room, and its place in a table. */
const BYTES_OF_AN_ID = 32;
/** Seconds by which the watermark may be further behind, and seconds of the rate that may wait. */
const LAG = 5;

/** @param perSecond the rate of the load */
export function trendsOf(samples: readonly Sample[], perSecond: number): Trends {
  const length = samples.at(-1)?.second ?? 0;
  const warmUp = Math.min(WARM, length / 3);
  const warm = samples.filter(({ second }) => second >= warmUp);
  const third = Math.max(1, Math.floor(warm.length / 3));
  const [first, last] = [warm.slice(0, third), warm.slice(-third)];
  const trend = (of: (sample: Sample) => number, allowed: (before: number) => number): Trend => {
    const [before, after] = [mean(first.map(of)), mean(last.map(of))];
    const most = allowed(before);
    return { first: before, last: after, most, isBounded: after <= most };
  };
  const ids = (those: readonly Sample[]): number =>
    Math.min(REMEMBERED, mean(those.map(({ second }) => second))) * perSecond;
  const ofIds = ((ids(last) - ids(first)) * BYTES_OF_AN_ID) / 1e6;
  return {
    warmUp,
    megabytes: trend(
      ({ megabytes }) => megabytes,
      (before) => before * (1 + SHARE) + SLACK + ofIds,
    ),
    watermarkAge: trend(
      ({ watermarkAge }) => watermarkAge,
      (before) => before + LAG,
    ),
    backlog: trend(
      ({ backlog }) => backlog,
      (before) => before + LAG * perSecond,
    ),
  };
}

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
