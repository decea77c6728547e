import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { WorkflowsWorkflow } from "@cdktf/provider-google/lib/workflows-workflow";
import { Construct } from "constructs";
import { encryptionOf } from "../core/encryption";
import { keyOfExisting, type Existing } from "../core/existing";
import { granted, ResourcePolicy, type Grant, type GrantOptions, type Identity } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { check } from "../core/rules";
import { Site } from "../core/site";
import { literal } from "../core/text";
import { shared, uses } from "../core/uses";
import { grantOnProject } from "../iam/project-grant";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import type { Startable } from "../scheduler/target";
import { connectors } from "./journey-rules";
import { checked, nameRule, rules } from "./rules";
import type { WorkflowProps } from "./workflow-props";

/** A workflow wherever it was made: what a schedule or an event starts. */
export abstract class AnyWorkflow extends Construct implements Startable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  abstract readonly project: string;
  /** projects/P/locations/L/workflows/W: a reference to the workflow, as clients want it told. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;
  protected abstract readonly grants: "manage" | "assume";

  /** Where a POST starts a run, with `{ argument }`, a text of JSON. */
  get startUrl(): string {
    return `https://workflowexecutions.googleapis.com/v1/${this.path}/executions`;
  }

  /**
   * May start it: roles/workflows.invoker on its project, as workflows have no policies of their own. Whoever has it may
   * start the project's other workflows too.
   * @see https://cloud.google.com/workflows/docs/access-control
   */
  grantInvoke(to: Identity, options?: GrantOptions): Grant {
    const { project } = this;
    const policy = new ResourcePolicy(this, {
      key: project === Site.of(to.home).settings.project ? "project" : `project-${project}`,
      fullName: `projects/${project}`,
      tier: "data",
      member: ProjectIamMember,
      on: { project },
      grants: this.grants,
    });
    return policy.grant("roles/workflows.invoker", to, options);
  }

  grantStart(to: Identity, options?: GrantOptions): Grant {
    return this.grantInvoke(to, options);
  }
}

const callLogs = { all: "LOG_ALL_CALLS", errors: "LOG_ERRORS_ONLY", none: "LOG_NONE" } as const;
const histories = { basic: "EXECUTION_HISTORY_BASIC", detailed: "EXECUTION_HISTORY_DETAILED" } as const;

/**
 * Calls of services and APIs, one after the other, for up to a year. What it is let do is what its account is let do; what
 * its steps `invoke`, `start` and `publish` to is granted by itself.
 * @throws InvalidProps
 * @see https://cloud.google.com/workflows/docs/overview
 */
export class Workflow extends AnyWorkflow {
  readonly resource: WorkflowsWorkflow;
  readonly identity: AnyServiceAccount;
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  /** Which state of it this is: another one for each change of its definition. */
  readonly revision: string;
  protected readonly grants = "manage";

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    const all = checked(props, name);
    check(this, all, rules);
    const site = Site.of(this);
    const region = props.region ?? site.settings.region;
    this.identity =
      props.identity ?? new ServiceAccount(this, "identity", { name: accountName(`${this.key}-workflow`) });
    const rights = all.needs.map((right) => right(this.identity));
    if (props.callLog !== "none" || all.read.source.includes("sys.log")) {
      rights.push(grantOnProject("roles/logging.logWriter", this.identity, { why: "writes its log" }));
    }
    this.tell(all.read.source, props.env ?? {});
    const encryption = encryptionOf(this, ["workflows"], props);
    const ready = granted(this.identity);
    // Runs are of an API of their own.
    const runnable = site.api("workflowexecutions");
    this.resource = make(
      this,
      "resource",
      WorkflowsWorkflow,
      this.key,
      {
        name,
        region,
        description: props.description && literal(props.description),
        sourceContents: literal(all.read.source),
        serviceAccount: this.identity.email,
        userEnvVars: props.env && literals(props.env),
        callLogLevel: callLogs[props.callLog ?? "errors"],
        executionHistoryLevel: props.history && histories[props.history],
        cryptoKeyName: encryption.key,
        labels: props.labels,
        // It holds nothing: its runs are kept apart from it.
        deletionProtection: false,
        ...props.overrides,
      },
      () => [...ready(), ...runnable(), ...encryption.waits(), ...rights.flatMap(({ waits }) => [...waits()])],
    );
    this.project = site.settings.project;
    this.fullName = `projects/${this.project}/locations/${region}/workflows/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.revision = this.resource.revisionId;
    shared.tell(this, {
      fullName: this.fullName,
      resource: this.resource,
      within: `projects/${this.project}`,
      verbs: "grantInvoke",
    });
  }

  /** A workflow that is there already. */
  static fromName(scope: Construct, id: string, from: ExistingWorkflowProps): AnyWorkflow {
    return new ExistingWorkflow(scope, id, from);
  }

  private tell(source: string, env: { readonly [name: string]: string }): void {
    const { member } = this.identity;
    uses.tell(this, { member, where: "definition", text: source });
    for (const [name, text] of Object.entries(env)) uses.tell(this, { member, where: `env ${name}`, text });
    const services = new Set(
      [...source.matchAll(/\bgoogleapis\.([a-z0-9]+)\.v\d/g)].map(([, service = ""]) => service),
    );
    connectors.tell(this, { member, services: [...services] });
  }
}

const literals = (texts: { readonly [name: string]: string }): { [name: string]: string } =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, literal(text)]));

export interface ExistingWorkflowProps extends Existing {
  /** @default the stack's region */
  readonly region?: string;
}

class ExistingWorkflow extends AnyWorkflow {
  readonly name: string;
  readonly key: string;
  readonly project: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly grants: "manage" | "assume";

  constructor(scope: Construct, id: string, from: ExistingWorkflowProps) {
    super(scope, id);
    check(this, from, [nameRule]);
    const { settings } = Site.of(this);
    const { name, project = settings.project, region = settings.region, grants = "manage" } = from;
    this.name = name;
    this.project = project;
    this.key = keyOfExisting(from, settings.project);
    this.fullName = `projects/${project}/locations/${region}/workflows/${name}`;
    this.path = this.fullName;
    this.grants = grants;
    shared.tell(this, {
      fullName: this.fullName,
      resource: undefined,
      within: `projects/${project}`,
      verbs: "grantInvoke",
    });
  }
}
