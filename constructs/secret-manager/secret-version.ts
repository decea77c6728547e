import {
  SecretManagerSecretVersion,
  type SecretManagerSecretVersionConfig,
} from "@cdktf/provider-google/lib/secret-manager-secret-version";
import { TerraformVariable, Token } from "cdktf";
import { Construct } from "constructs";
import { make } from "../core/make";
import type { Overridable } from "../core/overridable";
import { keepsData } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { snake } from "../core/text";
import type { AnySecret } from "./secret";

export interface SecretVersionProps extends Overridable<SecretManagerSecretVersionConfig> {
  readonly secret: AnySecret;
  /** In addresses, and of the variable. @default the construct's id */
  readonly name?: string;
  /**
   * A reference to what is known only at apply, such as a password that another resource makes up; never a text.
   * @default what the variable says: `TF_VAR_<name>` in the environment of every plan and apply. It is ephemeral:
   * Terraform keeps it neither in a plan nor in the state
   */
  readonly value?: string;
  /**
   * Raise it whenever the value is another one: Terraform, which keeps no value, cannot see that. Each makes a version.
   * @default 1
   */
  readonly revision?: number;
  /** How the value is written: bytes that are no text come as base64. @default "text" */
  readonly encoding?: "text" | "base64";
  /** A version that is not enabled cannot be read. @default true */
  readonly enabled?: boolean;
  /**
   * What becomes of it when a newer one takes its place, or when it is deleted here.
   * @default "disable" where the stage keeps its data, as a destroyed version is gone for good; else "destroy"
   */
  readonly deletion?: "destroy" | "disable" | "abandon";
}

const page = "https://cloud.google.com/secret-manager/docs/add-secret-version";

const rules: Rules<SecretVersionProps> = [
  {
    id: "name-form",
    reads: ["name"],
    page: "https://developer.hashicorp.com/terraform/language/values/variables#environment-variables",
    broken: ({ name = "" }) =>
      /^[A-Za-z][A-Za-z0-9_-]*$/.test(name)
        ? undefined
        : `name is "${name}": a variable is called by letters, digits, "_" and "-", a letter first`,
  },
  {
    id: "value-literal",
    reads: ["value"],
    ofTokens: true,
    page: "https://cloud.google.com/secret-manager/docs/best-practices",
    broken: ({ value }) =>
      value === undefined || Token.isUnresolved(value)
        ? undefined
        : // Not the value: it has been seen enough.
          "value is a text, for all to read who may read this code or what is synthesized of it. Leave it away, and give TF_VAR_<name> at apply",
  },
  {
    id: "revision-range",
    reads: ["revision"],
    page,
    broken: ({ revision = 1 }) =>
      Number.isInteger(revision) && revision >= 1
        ? undefined
        : `revision is ${revision}: it is a whole number, 1 at first, and grows`,
  },
];

const policies = { destroy: "DELETE", disable: "DISABLE", abandon: "ABANDON" } as const;

/**
 * A value of a secret. It is in no state, no plan and nothing that is synthesized: Terraform hands it over and forgets
 * it. With a new `revision` there is a new version before the old one goes.
 *
 *     new SecretVersion(this, "api-key", { secret });   // TF_VAR_api_key=... terraform apply
 *
 * @throws InvalidProps
 * @see https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
 */
export class SecretVersion extends Construct {
  readonly resource: SecretManagerSecretVersion;
  /** Its number, known at apply. What is told it is deployed anew with each version; what reads "latest" is not. */
  readonly version: string;
  /** projects/P/secrets/S/versions/N */
  readonly path: string;

  constructor(scope: Construct, id: string, props: SecretVersionProps) {
    super(scope, id);
    const key = props.name ?? id;
    check(this, { ...props, name: key }, rules);
    const { secret, revision = 1, deletion = keepsData(this) ? "disable" : "destroy" } = props;
    this.resource = make(this, "resource", SecretManagerSecretVersion, key, {
      secret: secret.path,
      secretDataWo: props.value ?? this.variable(snake(key), secret),
      secretDataWoVersion: revision,
      isSecretDataBase64: props.encoding === "base64" ? true : undefined,
      enabled: props.enabled,
      deletionPolicy: policies[deletion],
      // Else "latest" is nothing that can be read while one version goes and the next is made.
      lifecycle: { createBeforeDestroy: true },
      ...props.overrides,
    });
    this.version = this.resource.version;
    this.path = this.resource.name;
  }

  private variable(name: string, secret: AnySecret): string {
    const variable = new TerraformVariable(this, "value", {
      type: "string",
      description: `A value of the secret ${secret.fullName}`,
      nullable: false,
      sensitive: true,
    });
    // cdktf's class has no such argument yet.
    variable.addOverride("ephemeral", true);
    variable.overrideLogicalId(Site.of(this).claim("var", name, this));
    return variable.stringValue;
  }
}
