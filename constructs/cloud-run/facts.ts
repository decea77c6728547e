import type { TerraformResource } from "cdktf";
import { TerraformStack } from "cdktf";
import { FactKind, type JourneyRule } from "../core/facts";
import { plainText, rights } from "../core/uses";
import { addressOf } from "../core/waits";

/** A service that this app makes, or a function, which is one. */
export const services = new FactKind<{
  readonly url: string;
  /** As its rights are on it: projects/P/locations/L/services/S. */
  readonly service: string;
  /** Anybody may invoke it. */
  readonly open: boolean;
}>(() => [uninvokedService]);

/** Something that runs, and what it is told. */
export const workloads = new FactKind<{
  readonly resource: TerraformResource;
  readonly env: readonly { readonly name: string; readonly text: string }[];
}>(() => [selfReference]);

const uninvokedService: JourneyRule = {
  id: "service-uninvoked",
  // Another app, or a person, may have been let in by hand.
  level: "warning",
  page: "https://cloud.google.com/run/docs/authenticating/overview",
  broken(facts) {
    const invoked = new Set(facts.all(rights).map(({ fullName }) => fullName));
    return facts
      .all(services)
      .filter(({ open, service }) => !open && !invoked.has(service))
      .map(({ at, service }) => ({
        at,
        says: `${service} is private, and nobody was given the right to invoke it: grantInvoke gives it to one account, access: "public" opens it to all`,
      }));
  },
};

const selfReference: JourneyRule = {
  id: "env-self",
  level: "error",
  page: "https://cloud.google.com/run/docs/configuring/custom-audiences",
  broken(facts) {
    return facts.all(workloads).flatMap(({ at, resource, env }) => {
      const own = `\${${addressOf(resource)}.`;
      return env
        .filter(({ text }) => plainText(text, TerraformStack.of(at)).includes(own))
        .map(({ name }) => ({
          at,
          says: `env ${name} names the workload itself, whose address is known only once it is there: give it a text that is fixed, as audienceOf(scope, name) is`,
        }));
    });
  },
};
