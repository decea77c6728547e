import { Token } from "cdktf";
import type { Construct } from "constructs";
import type { Grant } from "../core/grants";
import type { Rules } from "../core/rules";
import { Site } from "../core/site";
import { list, literal } from "../core/text";
import { uses } from "../core/uses";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnySecret } from "../secret-manager/secret";
import { secretIn } from "./secret-text";

/** A secret in place of a text. The workload's account is given the right to read it. It has to have a value by then. */
export interface SecretValue {
  readonly secret: AnySecret;
  /**
   * A number, or "latest": the newest when an instance starts. One that has started keeps what it read.
   * @default "latest": a new version is taken up by and by, without a deployment
   */
  readonly version?: string;
}

/** As Cloud Run calls it: in full where it is another project's. */
export const secretName = (owner: Construct, secret: AnySecret): string =>
  secret.project === Site.of(owner).settings.project ? secret.name : secret.path;

export interface Env {
  readonly [name: string]: string | SecretValue | undefined;
}

export interface EnvProps {
  /**
   * Plain text, which whoever may see the workload can read, or a secret: `{ secret }`. Undefined values are left away.
   * @default none
   */
  readonly env?: Env;
}

const page = "https://cloud.google.com/run/docs/configuring/services/environment-variables";
const MOST = 1000;
const LONGEST = 32_768;

/** @param reserved what the service sets itself */
export function envRules(service: string, reserved: RegExp): Rules<EnvProps> {
  return [
    {
      id: "env-reserved",
      reads: [],
      page: "https://cloud.google.com/run/docs/container-contract#env-vars",
      broken({ env = {} }) {
        const taken = Object.keys(env).filter((name) => reserved.test(name));
        return taken.length === 0 ? undefined : `env has ${list(taken)}, which ${service} sets itself`;
      },
    },
    {
      id: "env-form",
      reads: [],
      page,
      broken({ env = {} }) {
        const entries = Object.entries(env);
        if (entries.length > MOST) return `env has ${entries.length} variables: ${service} takes at most ${MOST}`;
        const misnamed = entries.find(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
        if (misnamed)
          return `env has "${misnamed[0]}": a variable's name is of letters, digits and "_", no digit first`;
        const long = entries.find(([, value]) => typeof value === "string" && value.length > LONGEST);
        return long && `env ${long[0]} has more than ${LONGEST} characters: put it into a bucket or a secret`;
      },
    },
    {
      id: "env-secret",
      reads: [],
      page: "https://cloud.google.com/run/docs/configuring/services/secrets",
      broken({ env = {} }) {
        for (const [name, value] of Object.entries(env)) {
          if (typeof value !== "string" || Token.isUnresolved(value)) continue;
          const what = secretIn(name, value);
          // Not the value: an error is read by more people than the secret is meant for.
          if (what) return `env ${name} looks like ${what}, for all to read who may see the workload: give { secret }`;
        }
        return undefined;
      },
    },
  ];
}

/** A variable, as Cloud Run's classes take it. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueSource?: { readonly secretKeyRef: { readonly secret: string; readonly version: string } };
}

export interface Told<Variables> {
  readonly variables: Variables;
  /** Rights to read what is told: Cloud Run looks for them before it starts anything. */
  readonly grants: readonly Grant[];
}

/**
 * The variables of a workload, with the rights that it needs to be told them.
 * @param within of which container, where it is not the only one: "env A of container proxy"
 */
export function envOf(owner: Construct, env: Env, identity: AnyServiceAccount, within = ""): Told<Variable[]> {
  const grants: Grant[] = [];
  // Sorted: in another order they would be another revision.
  const variables = Object.entries(env)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]): Variable[] => {
      if (value === undefined) return [];
      const where = `env ${name}${within}`;
      if (typeof value === "string") {
        uses.tell(owner, { member: identity.member, where, text: value });
        return [{ name, value: literal(value) }];
      }
      const { secret, version = "latest" } = value;
      uses.tell(owner, { member: identity.member, where, text: secret.fullName });
      grants.push(secret.grantRead(identity, { why: `is told it (env ${name})` }));
      return [{ name, valueSource: { secretKeyRef: { secret: secretName(owner, secret), version } } }];
    });
  return { variables, grants };
}

/** The variables that are plain text, of all of a workload's containers. */
export const textsOf = (containers: readonly EnvProps[]): { readonly name: string; readonly text: string }[] =>
  containers.flatMap(({ env = {} }) =>
    Object.entries(env).flatMap(([name, text]) => (typeof text === "string" ? [{ name, text }] : [])),
  );
