import { Token } from "cdktf";
import { labelsRule, type Labels } from "../core/labels";
import type { Rules } from "../core/rules";
import type { MonitoringNotificationChannelConfig } from "@cdktf/provider-google/lib/monitoring-notification-channel";
import type { Overridable } from "../core/overridable";
import type { AnyTopic } from "../pubsub/topic";

/**
 * Where to. A `token`, `password` or `serviceKey` is a reference to what is known only at apply, never a text; where none
 * is given, it is a Terraform variable, `TF_VAR_<name>` with `_token`, `_password` or `_service_key` behind it. Terraform
 * keeps what it was in its state.
 */
export type Destination =
  | { readonly email: string }
  /** A channel as "#alerts", and the token of Slack's app for Monitoring. */
  | { readonly slack: string; readonly token?: string }
  /** An integration of PagerDuty's, of the kind "Events API". */
  | { readonly pagerDuty: { readonly serviceKey?: string } }
  /** Anything that takes a POST. Without a user its address is the secret: give it as a reference to a variable. */
  | { readonly webhook: string; readonly user?: string; readonly password?: string }
  /** For programs. Monitoring is given the right to publish. */
  | { readonly topic: AnyTopic }
  /** A space of Google Chat's, "spaces/AAAA", to which its app for Monitoring was added. */
  | { readonly googleChat: string };

export interface NotificationChannelProps extends Overridable<MonitoringNotificationChannelConfig> {
  /** In addresses. @default the construct's id */
  readonly name?: string;
  /** What people see in lists; at most 512 characters. @default the name */
  readonly title?: string;
  readonly to: Destination;
  /** At most 1,024 characters. @default none */
  readonly description?: string;
  /** Tells nothing while it is not. @default true */
  readonly enabled?: boolean;
  /**
   * Deletes it even where alerts still name it, which then tell nobody.
   * @default false: what made by hand names it is found out before it is deaf
   */
  readonly forceDelete?: boolean;
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const page = "https://cloud.google.com/monitoring/support/notification-options";
const api = "https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels";

/** Where to, in a form that its service takes. */
function misaddressed(to: Destination): string | undefined {
  if ("email" in to) {
    return isForm(to.email, /^[^\s@]+@[^\s@]+\.[^\s@]+$/) ? undefined : `to.email is "${to.email}": write name@domain`;
  }
  if ("slack" in to) {
    return isForm(to.slack, /^#[^\s#A-Z]{1,80}$/)
      ? undefined
      : `to.slack is "${to.slack}": write a channel as Slack does, "#alerts"`;
  }
  if ("googleChat" in to) {
    return isForm(to.googleChat, /^spaces\/[A-Za-z0-9_-]+$/)
      ? undefined
      : `to.googleChat is "${to.googleChat}": write spaces/ID, as it is in the address of the space`;
  }
  if ("webhook" in to) {
    return isForm(to.webhook, /^https:\/\/\S+$/)
      ? undefined
      : `to.webhook is "${to.webhook}": Monitoring calls https addresses`;
  }
  return undefined;
}

const isForm = (text: string, form: RegExp): boolean => Token.isUnresolved(text) || form.test(text);

/** The option that has a secret as a text. Its value is not said: it has been seen enough. */
function secretIn(to: Destination): string | undefined {
  if ("slack" in to) return isText(to.token) ? "to.token" : undefined;
  if ("pagerDuty" in to) return isText(to.pagerDuty.serviceKey) ? "to.pagerDuty.serviceKey" : undefined;
  if (!("webhook" in to)) return undefined;
  if (isText(to.password)) return "to.password";
  return !Token.isUnresolved(to.webhook) && /[?&][^=]*(token|key|secret|password)[^=]*=/i.test(to.webhook)
    ? "to.webhook"
    : undefined;
}

const isText = (value: string | undefined): boolean => value !== undefined && !Token.isUnresolved(value);

export const channelRules: Rules<NotificationChannelProps & { readonly name: string; readonly title: string }> = [
  {
    id: "name-form",
    reads: ["name"],
    page: "https://developer.hashicorp.com/terraform/language/values/variables#environment-variables",
    broken: ({ name }) =>
      /^[A-Za-z][A-Za-z0-9_-]*$/.test(name)
        ? undefined
        : `name is "${name}": an address is of letters, digits, "_" and "-", a letter first. Say what people read as title`,
  },
  {
    id: "title-length",
    reads: ["title"],
    page: api,
    broken: ({ title }) =>
      title.length >= 1 && title.length <= 512
        ? undefined
        : `title has ${title.length} characters: Monitoring takes 1 to 512`,
  },
  {
    id: "description-length",
    reads: ["description"],
    page: api,
    broken: ({ description = "" }) =>
      description.length <= 1_024
        ? undefined
        : `description has ${description.length} characters: Monitoring takes 1024`,
  },
  { id: "to-form", reads: [], page, broken: ({ to }) => misaddressed(to) },
  {
    id: "to-secret",
    reads: [],
    page,
    broken({ to }) {
      const where = secretIn(to);
      return (
        where &&
        `${where} holds a secret as a text, for all to read who may read this code. Give a reference to a Terraform variable`
      );
    },
  },
  {
    id: "to-password",
    reads: [],
    page,
    broken: ({ to }) =>
      "webhook" in to && to.password !== undefined && to.user === undefined
        ? "to.password is said without to.user: Monitoring sends both, or neither"
        : undefined,
  },
  labelsRule,
];
