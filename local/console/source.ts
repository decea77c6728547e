import type { PeekedMessage, PubSub } from "../services/pubsub/pubsub";
import type { CloudView } from "../view";
import { type DeadLetter, deadLetterOf } from "./dead-letters";
import type { Journey } from "./journey";
import { query, type QueryResult, tableName } from "./sql";

/** What is read of a running journey when someone asks for it. */
export interface Source {
  readonly view: CloudView;
  /** The oldest messages that a subscription still has, without taking them. @param address of the subscription */
  peek(address: string, limit: number): readonly PeekedMessage[];
}

export function sourceOf(view: CloudView, pubsub: Pick<PubSub, "peek">): Source {
  return {
    view,
    peek(address, limit) {
      const subscription = view.resources.find((one) => one.address === address);
      return pubsub.peek(String(subscription?.attributes["id"]), limit);
    },
  };
}

/** Rows of a table or a view, the newest first where the table says when a row came. */
export async function recentRows({ view }: Source, address: string, limit: number): Promise<QueryResult> {
  const name = tableName(view, address);
  const newest = newestColumn(view, address);
  const order = newest === undefined ? "" : ` ORDER BY \`${newest}\` DESC`;
  return query(view, `SELECT * FROM ${name}${order} LIMIT ${limit}`);
}

/** Columns that Pub/Sub and our pipelines name so. */
function newestColumn({ resources }: CloudView, address: string): string | undefined {
  const schema = resources.find((one) => one.address === address)?.attributes["schema"];
  if (typeof schema !== "string") return undefined;
  const columns = (JSON.parse(schema) as readonly { readonly name: string }[]).map(({ name }) => name);
  return ["publish_time", "window_end", "window_start", "event_time"].find((name) => columns.includes(name));
}

/** All that was set aside and is still kept, oldest first. */
export function deadLetters(source: Source, journey: Journey, limit: number): readonly DeadLetter[] {
  return journey.deadLetters
    .flatMap(({ subscriptions }) => subscriptions.flatMap((address) => source.peek(address, limit)))
    .map(deadLetterOf)
    .toSorted((a, b) => a.at - b.at);
}
