import type { TerraformMetaArguments, TerraformResource } from "cdktf";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import { apiOf } from "./apis";
import { lateList } from "./late";
import { Site } from "./site";
import { untraced } from "./untraced";
import { addressesWithin, nothing, type Waits } from "./waits";

/** A provider's class for a type of resource. */
export type ResourceClass<Config, Resource extends TerraformResource> = new (
  scope: Construct,
  id: string,
  config: Config,
) => Resource;

/**
 * Makes one resource of the provider's: below `owner`, at the address of its name, after its API and after all that
 * `waits` names. Every resource of this library is made here.
 *
 * @param name the unprefixed name; where it is known only at apply, cdktf chooses the address
 * @throws Error where another resource of the type has the name
 */
export function make<Config extends TerraformMetaArguments, Resource extends TerraformResource>(
  owner: Construct,
  id: string,
  type: ResourceClass<Config, Resource>,
  name: string,
  config: Config,
  waits: Waits = nothing,
): Resource {
  const site = Site.of(owner);
  const resource = untraced(() => new type(owner, id, config));
  const kind = resource.terraformResourceType;
  if (!Token.isUnresolved(name)) resource.overrideLogicalId(site.claim(kind, name, owner));
  const api = apiOf(kind);
  const enabled = api === undefined ? nothing : site.api(api);
  resource.dependsOn = lateList(() => addressesWithin(site.stack, [...enabled(), ...waits()]));
  return resource;
}
