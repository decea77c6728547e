import { DataCatalogPolicyTag } from "@cdktf/provider-google/lib/data-catalog-policy-tag";
import { DataCatalogPolicyTagIamMember } from "@cdktf/provider-google/lib/data-catalog-policy-tag-iam-member";
import { DataCatalogTaxonomy, type DataCatalogTaxonomyConfig } from "@cdktf/provider-google/lib/data-catalog-taxonomy";
import { Construct } from "constructs";
import { Grantable, ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";

export interface TaxonomyProps extends Overridable<DataCatalogTaxonomyConfig> {
  /** As people read it, unique in project and location. @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** Where the tables are whose columns it is for: a region, "eu" or "us". @default the stack's region */
  readonly location?: string;
}

export interface PolicyTagProps {
  /** As people read it, unique in the taxonomy. @default the construct's id */
  readonly name?: string;
  /** @default none */
  readonly description?: string;
  /** A wider tag: who may read its columns may read this one's, too. @default none */
  readonly parent?: PolicyTag;
}

const displayName = limits("Data Catalog").matches(
  "name",
  /^(?! )[\p{L}\p{N}_ -]{1,200}(?<! )$/u,
  'takes up to 200 letters, digits, "_", "-" and spaces, none of them first or last',
  "https://cloud.google.com/bigquery/docs/column-level-security#policy_tags",
);

const taxonomyRules: Rules<TaxonomyProps> = [displayName];
const tagRules: Rules<PolicyTagProps> = [displayName];

/**
 * A set of tags that say who may read a column. Only who has a right on the tag reads it, whatever other rights there are.
 * @throws InvalidProps
 * @see https://cloud.google.com/bigquery/docs/column-level-security-intro
 */
export class Taxonomy extends Construct {
  readonly resource: DataCatalogTaxonomy;
  readonly key: string;
  readonly location: string;

  constructor(scope: Construct, id: string, props: TaxonomyProps = {}) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, taxonomyRules);
    this.location = props.location ?? Site.of(this).settings.region;
    this.resource = make(this, "resource", DataCatalogTaxonomy, this.key, {
      displayName: name,
      description: props.description,
      region: this.location,
      // Without it, a tag is a word and protects nothing.
      activatedPolicyTypes: ["FINE_GRAINED_ACCESS_CONTROL"],
      lifecycle: guarded(this),
      ...props.overrides,
    });
  }

  /** A tag for columns: `columnOptions: { email: { policyTag: tag } }`. */
  tag(id: string, props: PolicyTagProps = {}): PolicyTag {
    return new PolicyTag(this, id, props);
  }
}

/** One tag of a {@link Taxonomy}, which makes it. */
export class PolicyTag extends Grantable {
  readonly resource: DataCatalogPolicyTag;
  /** projects/P/locations/L/taxonomies/T/policyTags/G, with numbers that are known only at apply. */
  readonly path: string;
  /** That of its taxonomy. */
  readonly location: string;
  protected readonly policy: Policy;

  /** @throws InvalidProps */
  constructor(taxonomy: Taxonomy, id: string, props: PolicyTagProps) {
    super(taxonomy, id);
    const { name = id, description, parent } = props;
    check(this, { ...props, name }, tagRules);
    const key = `${taxonomy.key}-${name}`;
    this.resource = make(this, "resource", DataCatalogPolicyTag, key, {
      taxonomy: taxonomy.resource.id,
      displayName: name,
      description,
      parentPolicyTag: parent?.path,
      lifecycle: guarded(this),
    });
    this.path = this.resource.name;
    this.location = taxonomy.location;
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: `policyTags/${key}`,
      tier: "data",
      member: DataCatalogPolicyTagIamMember,
      on: { policyTag: this.path },
      resource: this.resource,
    });
  }

  /** May read the columns that have the tag: roles/datacatalog.categoryFineGrainedReader. */
  grantRead(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/datacatalog.categoryFineGrainedReader", to, options);
  }
}
