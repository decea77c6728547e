/** The loop that a user would write on Google's high-level client: JSON.parse, a Map, an acknowledgement. No state is kept. */
import { PubSub } from "@google-cloud/pubsub";
import { tellUsed } from "./used";

interface Click {
  readonly user_pseudo_id: string;
  readonly event_timestamp: number;
  readonly value: number;
}

const [, project, , name] = (process.argv[2] as string).split("/") as [string, string, string, string];
const subscription = new PubSub({ projectId: project }).subscription(name);
const groups = new Map<string, { clicks: number; value: number }>();

subscription.on("message", (message) => {
  const click = JSON.parse(message.data.toString()) as Click;
  const key = `${click.user_pseudo_id}|${Math.floor(click.event_timestamp / 60_000_000)}`;
  let group = groups.get(key);
  if (group === undefined) groups.set(key, (group = { clicks: 0, value: 0 }));
  group.clicks += 1;
  group.value += click.value;
  message.ack();
});
subscription.on("error", (error) => {
  throw error;
});

tellUsed();
