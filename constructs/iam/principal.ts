import type { Construct } from "constructs";
import type { Identity } from "../core/grants";
import { limits } from "../core/limits";
import { check } from "../core/rules";
import { kebab } from "../core/text";
import { nothing } from "../core/waits";

/** People, and what is no account of this app. A group is better than its people: it outlives them. */
export type Member =
  | `user:${string}`
  | `group:${string}`
  | `domain:${string}`
  | `principal://${string}`
  | `principalSet://${string}`;

const { matches } = limits("IAM");

const form = matches(
  "member",
  /^((user|group):[^\s@:]+@[^\s@:]+\.[^\s@:.]+|domain:[a-z0-9-]+(\.[a-z0-9-]+)+|principal(Set)?:\/\/iam\.googleapis\.com\/\S+)$/i,
  'names members as in "group:team@example.com", "user:ann@example.com", "domain:example.com", "principalSet://iam.googleapis.com/..."',
  "https://cloud.google.com/iam/docs/principal-identifiers",
);

/**
 * Somebody who is no service account, to be given rights:
 *
 *     table.grantRead(principal(this, "group:analysts@example.com"));
 *
 * @throws InvalidProps
 */
export function principal(home: Construct, member: Member): Identity {
  check(home, { member }, [form]);
  return { member, key: kebab(member), home, waits: nothing };
}
