import { DataGoogleMonitoringNotificationChannel } from "@cdktf/provider-google/lib/data-google-monitoring-notification-channel";
import {
  MonitoringNotificationChannel,
  type MonitoringNotificationChannelConfig,
} from "@cdktf/provider-google/lib/monitoring-notification-channel";
import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { make } from "../core/make";
import { check } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { literal, snake } from "../core/text";
import { nothing, type Waits } from "../core/waits";
import { channelRules, type Destination, type NotificationChannelProps } from "./channel-props";
import { titled, userLabels } from "./titles";

/** Where people are told, wherever it was made. */
export abstract class AnyNotificationChannel extends Construct {
  /** projects/P/notificationChannels/ID, known when it is there. */
  abstract readonly path: string;
}

/** A channel that is there already, as it is called in lists. */
export interface ExistingChannel {
  readonly title: string;
  /** The kind, where two have one title: "email", "slack", "sms". @default any */
  readonly type?: string;
  /** @default the stack's */
  readonly project?: string;
}

/**
 * Where alerts are told. Telephones (text messages, the app of Google Cloud's) are verified by hand: make those in the
 * console, and name them with `fromTitle`.
 * @throws InvalidProps
 * @see https://cloud.google.com/monitoring/support/notification-options
 */
export class NotificationChannel extends AnyNotificationChannel {
  readonly resource: MonitoringNotificationChannel;
  readonly path: string;

  constructor(scope: Construct, id: string, props: NotificationChannelProps) {
    super(scope, id);
    const key = props.name ?? id;
    const { to, title = key } = props;
    check(this, { ...props, title, name: key }, channelRules);
    const { waits, ...kind } = this.kindOf(to, key);
    this.resource = make(
      this,
      "resource",
      MonitoringNotificationChannel,
      key,
      {
        displayName: literal(titled(this, title)),
        description: props.description && literal(props.description),
        enabled: props.enabled,
        forceDelete: props.forceDelete,
        userLabels: userLabels(this, props.labels),
        ...kind,
        ...props.overrides,
      },
      waits,
    );
    this.path = this.resource.name;
  }

  /** A channel that is there already, asked for at every plan. */
  static fromTitle(scope: Construct, id: string, from: ExistingChannel): AnyNotificationChannel {
    return new ExistingNotificationChannel(scope, id, from);
  }

  private kindOf(to: Destination, key: string): Kind {
    if ("email" in to) return { type: "email", labels: { email_address: to.email }, waits: nothing };
    if ("slack" in to) {
      const authToken = to.token ?? this.variable(`${key}-token`);
      return { type: "slack", labels: { channel_name: to.slack }, sensitiveLabels: { authToken }, waits: nothing };
    }
    if ("pagerDuty" in to) {
      const serviceKey = to.pagerDuty.serviceKey ?? this.variable(`${key}-service-key`);
      return { type: "pagerduty", sensitiveLabels: { serviceKey }, waits: nothing };
    }
    if ("googleChat" in to) return { type: "google_chat", labels: { space: to.googleChat }, waits: nothing };
    if ("topic" in to) {
      const agent = serviceAgent(this, "monitoring");
      const { waits } = to.topic.grantPublish(agent, { why: "publishes what is alarming" });
      return { type: "pubsub", labels: { topic: to.topic.path }, waits };
    }
    if (to.user === undefined) return { type: "webhook_tokenauth", labels: { url: to.webhook }, waits: nothing };
    const password = to.password ?? this.variable(`${key}-password`);
    const labels = { url: to.webhook, username: to.user };
    return { type: "webhook_basicauth", labels, sensitiveLabels: { password }, waits: nothing };
  }

  private variable(name: string): string {
    const variable = new TerraformVariable(this, "secret", {
      type: "string",
      description: `What ${this.node.path} proves by who it is`,
      nullable: false,
      sensitive: true,
    });
    variable.overrideLogicalId(Site.of(this).claim("var", snake(name), this));
    return variable.stringValue;
  }
}

interface Kind extends Pick<MonitoringNotificationChannelConfig, "type" | "labels" | "sensitiveLabels"> {
  readonly waits: Waits;
}

class ExistingNotificationChannel extends AnyNotificationChannel {
  readonly path: string;

  constructor(scope: Construct, id: string, { title, type, project }: ExistingChannel) {
    super(scope, id);
    const channel = new DataGoogleMonitoringNotificationChannel(this, "data", {
      displayName: literal(title),
      type,
      project,
    });
    const site = Site.of(this);
    channel.overrideLogicalId(site.claim("data.google_monitoring_notification_channel", id, this));
    this.path = channel.name;
  }
}
