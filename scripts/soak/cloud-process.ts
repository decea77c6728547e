/** The local cloud and what is published to it, in a process of its own: its memory and its time are not the processor's. */
import { owner } from "../../local/access/members";
import { systemClock } from "../../local/clock";
import { Cloud } from "../chaos/cloud";
import { type Journey, makeJourney, makeShared } from "../chaos/journey";
import { type Found, judgeTotals } from "./judge";
import { Load } from "./load";
import type { Answer, Request } from "./other-process";
import { columns, soaked } from "./pipeline";

async function main(folder: string): Promise<void> {
  const cloud = new Cloud({ folder, clock: systemClock });
  await makeShared(cloud);
  const journey = await makeJourney(cloud, soaked, columns);
  await cloud.pubsub.start();
  const address = `google_pubsub_subscription.${journey.name}`;
  const backlog = (): number => cloud.pubsub.counters()[address]?.["unacknowledged"] ?? 0;
  const load = new Load({
    publish: async (clicks) => {
      const messages = clicks.map((data) => ({ data, attributes: {} }));
      await cloud.pubsub.publish(journey.topic, messages, owner);
    },
    backlog,
  });
  const answer = async (request: Request): Promise<Answer> => {
    switch (request.kind) {
      case "flood":
        load.flood(request.most);
        break;
      case "rate":
        load.setRate(request.perSecond);
        break;
      case "quiet":
        await load.stop();
        break;
      case "judge":
        return { ...(await state()), verdict: await judge() };
      case "leave":
        await load.stop();
        await cloud.stop();
        break;
      case "look":
    }
    return state();
  };
  const state = (): Promise<Answer> =>
    Promise.resolve({
      journey: { name: journey.name, environment: journey.environment },
      backlog: backlog(),
      published: load.published,
      megabytes: process.memoryUsage.rss() / 1e6,
    });
  const judge = async () => {
    const { lost, doubled, wrong } = judgeTotals(load.totals, await found(cloud, journey));
    const errors = cloud.pubsub.peek(journey.errors, 1_000).map(({ data }) => Buffer.from(data).toString());
    return { lost, doubled, wrong: [...wrong, ...errors.slice(0, 3).map((error) => `an error row: ${error}`)] };
  };
  const reply = async (request: Request): Promise<void> => {
    try {
      process.send?.(await answer(request));
    } catch (error) {
      process.send?.({ failed: String(error) });
    }
    if (request.kind === "leave") process.disconnect();
  };
  // Its parent is gone, or has let it go.
  process.on("disconnect", () => process.exit());
  process.on("message", (request: Request) => void reply(request));
  process.send?.(await state());
}

async function found(cloud: Cloud, { table }: Journey): Promise<readonly Found[]> {
  const rows = await cloud.bigquery.query(
    `SELECT user, window_start, SUM(clicks) AS clicks, SUM(points) AS points FROM \`${table}\` GROUP BY user, window_start`,
  );
  return rows as readonly unknown[] as readonly Found[];
}

void main(process.argv[2] ?? "");
