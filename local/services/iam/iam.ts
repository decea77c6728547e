import type { AccessControl } from "../../access/access-control";
import { iamTypes } from "../../access/iam-types";
import { projectName } from "../../access/resources";
import { CloudError } from "../../errors";
import { sendJson } from "../../http";
import type { Attributes, Caller, Host, HttpRoute, ResourceType, Service, StackResource } from "../../service";
import { metadataRoutes } from "./metadata";
import { SignedTokens } from "./tokens";

/** Accounts, rights on accounts and on the project, tokens, and the metadata server at every door. */
export class Iam implements Service {
  readonly name = "iam";
  readonly tokens: SignedTokens;
  readonly resources: readonly ResourceType[];

  constructor(private readonly host: Host & { readonly access: AccessControl }) {
    this.tokens = new SignedTokens(host.clock);
    const project = (config: StackResource["config"]): string => projectName(textOr(config["project"], host.project));
    this.resources = [
      { type: "google_service_account", apply: serviceAccount },
      { type: "google_project_iam_custom_role", apply: (resource) => this.customRole(resource) },
      ...iamTypes("google_service_account", host, ({ service_account_id: account }) =>
        accountName(account, host.project),
      ),
      ...iamTypes("google_project", host, project),
      // These are always there; what is known of them is computed from the project.
      ...[
        "google_project_service_identity",
        "data.google_storage_project_service_account",
        "data.google_compute_default_service_account",
        "data.google_project",
        "data.google_client_config",
      ].map((type) => ({ type, apply: () => ({}) })),
    ];
  }

  http(caller: Caller): readonly HttpRoute[] {
    return [
      ...metadataRoutes(this.host, this.tokens, caller),
      { prefix: "/oauth2/v3/certs", handle: (_, response) => sendJson(response, 200, this.tokens.jwks()) },
    ];
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  private customRole({ config }: StackResource): Attributes {
    const name = `projects/${textOr(config["project"], this.host.project)}/roles/${textOr(config["role_id"], "")}`;
    const { permissions } = config;
    this.host.access.define(
      name,
      Array.isArray(permissions) ? permissions.filter((one) => typeof one === "string") : [],
    );
    return { id: name, name };
  }
}

/** @see https://cloud.google.com/iam/docs/service-accounts-create */
function serviceAccount({ address, config }: StackResource): Attributes {
  const id = textOr(config["account_id"], "");
  if (!/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(id)) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `${address}: account_id is "${id}": it takes 6 to 30 lower-case letters, digits and hyphens, a letter first`,
    );
  }
  return {};
}

/** projects/P/serviceAccounts/E, or E */
function accountName(account: unknown, project: string): string {
  const name = textOr(account, "");
  return `iam.googleapis.com/${name.startsWith("projects/") ? name : `projects/${project}/serviceAccounts/${name}`}`;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
