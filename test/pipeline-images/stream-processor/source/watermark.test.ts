import { describe, expect, test } from "vitest";
import { WireWriter } from "../../../../pipeline/protobuf/wire";
import { EventTimeProgress, SourceProgress } from "../../../../pipeline-images/stream-processor/source/watermark";

const MINUTE = 60_000;

describe("a source", () => {
  test("has come as far as its newest message, less the disorder of the last ten minutes", () => {
    const source = new SourceProgress();
    source.observe(100_000, 100_100, 0);
    expect(source.published(100_100, 0, false).time).toBe(100_000);
    // One message comes 7 s after a newer one.
    source.observe(93_000, 100_200, 0);
    source.observe(101_000, 101_000, 0);
    expect(source.published(101_000, 0, false).time).toBe(94_000);
    // Ten minutes of running time later that is forgotten, downtime does not count.
    source.observe(101_000 + 9 * MINUTE, 101_000 + 500 * MINUTE, 9 * MINUTE);
    expect(source.published(0, 9 * MINUTE, false).time).toBe(94_000 + 9 * MINUTE);
    expect(source.published(0, 10 * MINUTE, false).time).toBe(101_000 + 9 * MINUTE);
  });

  test("that is empty follows the clock, five seconds behind", () => {
    const source = new SourceProgress();
    source.listen(100_000);
    expect(source.published(104_999, 0, true)).toMatchObject({ quiet: false, time: -Infinity });
    expect(source.published(105_000, 0, true)).toMatchObject({ quiet: true, time: 100_000 });
    expect(source.published(200_000, 0, true).time).toBe(195_000);
    // Not connected, or with messages that wait: nothing is known of what is there.
    expect(source.published(200_000, 0, false)).toMatchObject({ quiet: false, time: -Infinity });
  });

  test("is recorded with its disorder", () => {
    const source = new SourceProgress();
    source.observe(100_000, 0, 3 * MINUTE);
    source.observe(60_000, 0, 3 * MINUTE);
    const writer = new WireWriter();
    source.write(writer);
    const again = new SourceProgress();
    again.read(writer.finish());
    expect(again.published(0, 12 * MINUTE, false).time).toBe(60_000);
    expect(again.published(0, 13 * MINUTE, false).time).toBe(100_000);
  });
});

const published = (time: number, more: object = {}) => ({ time, quiet: false, lastMessage: 0, ...more });

describe("event time", () => {
  test("is the smaller of the largest event and the publish time, less the delay that is allowed", () => {
    const progress = new EventTimeProgress();
    progress.observe(50_000, 0);
    progress.observe(40_000, 0);
    expect(progress.watermark(published(100_000), 10_000)).toBe(40_000);
    expect(progress.watermark(published(45_000), 10_000)).toBe(35_000);
  });

  test("is the publish time where no row comes though messages do, and where nothing comes at all", () => {
    const progress = new EventTimeProgress();
    progress.observe(50_000, 1_000);
    expect(progress.watermark(published(100_000, { lastMessage: 5_999 }), 10_000)).toBe(40_000);
    expect(progress.watermark(published(100_000, { lastMessage: 6_000 }), 10_000)).toBe(90_000);
    expect(progress.watermark(published(100_000, { quiet: true }), 10_000)).toBe(90_000);
  });
});
