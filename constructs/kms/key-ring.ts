import { KmsKeyRing, type KmsKeyRingConfig } from "@cdktf/provider-google/lib/kms-key-ring";
import { Construct } from "constructs";
import { keyOfExisting, type Existing } from "../core/existing";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { isRegion } from "../core/places";
import { reference } from "../core/reference";
import { check, type Rule, type Rules } from "../core/rules";
import { Site } from "../core/site";

/** A ring wherever it was made. */
export abstract class AnyKeyRing extends Construct {
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** projects/P/locations/L/keyRings/R: a reference to the ring, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text. */
  abstract readonly fullName: string;
  /** A region, an area ("europe") or "global", as plain text. */
  abstract readonly location: string;
}

export interface KeyRingProps extends Overridable<KmsKeyRingConfig> {
  /** Nobody can have it a second time: a ring is never deleted. @default the construct's id */
  readonly name?: string;
  /**
   * Where its keys are, which has to be where what they encrypt is: a region, or an area such as "europe" for a bucket in
   * the EU. It can never be changed.
   * @default the stack's region
   * @see https://cloud.google.com/kms/docs/locations
   */
  readonly location?: string;
}

const { matches } = limits("Cloud KMS");

export const kmsName: Rule<{ readonly name?: string }> = matches(
  "name",
  /^[A-Za-z0-9_-]{1,63}$/,
  'takes 1 to 63 letters, digits, "_" and "-"',
  "https://cloud.google.com/kms/docs/create-key",
);

const rules: Rules<KeyRingProps> = [
  kmsName,
  {
    id: "location-form",
    reads: ["location"],
    page: "https://cloud.google.com/kms/docs/locations",
    broken({ location }) {
      if (location === undefined || isRegion(location) || /^[a-z]+\d*$/.test(location)) return undefined;
      return `location is "${location}": Cloud KMS has regions such as "europe-west1", areas such as "europe", and "global"`;
    },
  },
];

/**
 * A ring of keys in one place. Google deletes none: what Terraform destroys it forgets, and the next deployment is
 * refused, as the name is taken. So it is not destroyed, in no stage; where stages come and go, let them use a ring that
 * stays (`KeyRing.fromName`).
 * @throws InvalidProps
 * @see https://cloud.google.com/kms/docs/resource-hierarchy#key_rings
 */
export class KeyRing extends AnyKeyRing {
  readonly resource: KmsKeyRing;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  readonly location: string;

  constructor(scope: Construct, id: string, props: KeyRingProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, rules);
    const { project, region } = Site.of(this).settings;
    this.location = props.location ?? region;
    this.fullName = `projects/${project}/locations/${this.location}/keyRings/${name}`;
    this.resource = make(this, "resource", KmsKeyRing, this.key, {
      name,
      location: this.location,
      lifecycle: { preventDestroy: true },
      ...props.overrides,
    });
    this.path = reference(this.resource, "id", this.fullName);
  }

  /** A ring that is there already. */
  static fromName(
    scope: Construct,
    id: string,
    from: Pick<Existing, "name" | "project"> & Pick<KeyRingProps, "location">,
  ): AnyKeyRing {
    return new ExistingKeyRing(scope, id, from);
  }
}

class ExistingKeyRing extends AnyKeyRing {
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  readonly location: string;

  constructor(scope: Construct, id: string, from: Pick<Existing, "name" | "project"> & Pick<KeyRingProps, "location">) {
    super(scope, id);
    check(this, from, rules);
    const { project, region } = Site.of(this).settings;
    this.key = keyOfExisting(from, project);
    this.location = from.location ?? region;
    this.fullName = `projects/${from.project ?? project}/locations/${this.location}/keyRings/${from.name}`;
    this.path = this.fullName;
  }
}
