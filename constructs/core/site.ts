import { GoogleBetaProvider } from "@cdktf/provider-google-beta/lib/provider";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import type { TerraformProvider, TerraformStack } from "cdktf";
import { TerraformDataSource, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";
import { seconds } from "../../pipeline/duration";
import { findingsOf } from "./facts";
import { lateList, lateText } from "./late";
import { JourneyMetadata } from "./metadata";
import { check } from "./rules";
import { resolved, settingsRules, type GcpSettings, type ResolvedSettings } from "./settings";
import { Sleep } from "./sleep";
import { addressName } from "./text";
import { addressesWithin, addressOf, nothing, type Waits } from "./waits";

const sites = new WeakMap<IConstruct, Site>();

/**
 * Makes any stack one for Google Cloud: its providers, and the settings that every construct in it finds by itself.
 * {@link GcpStack} calls it.
 * @throws InvalidProps where a setting is not valid, all of them at once
 */
export function configureGcp(stack: TerraformStack, settings: GcpSettings): Site {
  if (sites.has(stack)) throw new Error(`${stack.node.path}: has its Google Cloud settings already`);
  check(stack, settings, settingsRules);
  const site = new Site(stack, resolved(settings));
  sites.set(stack, site);
  return site;
}

/** What a construct may ask of the stack it is in. */
export class Site {
  readonly google: GoogleProvider;
  /** What the synthesized stack tells the local cloud and the command line beside Terraform. */
  readonly metadata: JourneyMetadata;
  private readonly claims = new Map<string, string>();
  private readonly shared = new Map<string, unknown>();
  private readonly apis = new Map<string, ProjectService>();

  /** @throws Error where no stack above has settings */
  static of(scope: IConstruct): Site {
    const stack = scope.node.scopes.findLast((above) => sites.has(above));
    const site = stack && sites.get(stack);
    if (site) return site;
    throw new Error(
      `${scope.node.path}: no Google Cloud settings above: extend GcpStack, or call configureGcp(stack, { project, region, removal })`,
    );
  }

  constructor(
    readonly stack: TerraformStack,
    readonly settings: ResolvedSettings,
  ) {
    this.google = new GoogleProvider(stack, "google", this.providerConfig());
    this.metadata = new JourneyMetadata(stack);
    stack.node.addValidation({ validate: () => [...this.doubledAddresses(), ...findingsOf(stack)] });
  }

  /** Made on first use: the second provider is a download of its own. */
  get googleBeta(): TerraformProvider {
    return this.once("google-beta", () => new GoogleBetaProvider(this.stack, "google-beta", this.providerConfig()));
  }

  /** What there is once in a stack, whoever asks first. */
  once<T>(key: string, make: () => T): T {
    if (!this.shared.has(key)) this.shared.set(key, make());
    return this.shared.get(key) as T;
  }

  /**
   * The Terraform address of a resource: its name, not its path among the constructs, so that code can move and
   * nothing moves in the cloud.
   * @throws Error where another resource of the type has the address: cdktf would merge the two without a word
   */
  claim(type: string, name: string, by: IConstruct): string {
    const address = addressName(name);
    const owner = this.claims.get(`${type}.${address}`);
    if (owner !== undefined) {
      throw new Error(
        `${by.node.path}: ${type}.${address} is taken by ${owner}. Give one of the two another name: a resource's Terraform address is its name`,
      );
    }
    this.claims.set(`${type}.${address}`, by.node.path);
    return address;
  }

  /** An API that must be enabled: "pubsub". */
  api(name: string): Waits {
    if (this.settings.apis === "assume") return nothing;
    const service = this.apis.get(name) ?? this.enable(name);
    const { propagation } = this.settings;
    if (propagation === "none") return () => [service];
    const enabled = this.once("apis", () => this.sleepAfterApis(seconds(propagation)));
    return () => [enabled];
  }

  private enable(name: string): ProjectService {
    const service = new ProjectService(this.stack, `api ${name}`, {
      service: `${name}.googleapis.com`,
      // Else a destroy of this stack switches the API off for every other.
      disableOnDestroy: false,
    });
    service.overrideLogicalId(this.claim(ProjectService.tfResourceType, name, service));
    this.apis.set(name, service);
    return service;
  }

  /** An API answers a while after it was enabled: one pause after all of them, again when the list grows. */
  private sleepAfterApis(createDuration: string): Sleep {
    const sleep = new Sleep(this.stack, "apis", {
      createDuration,
      triggers: { apis: lateText(() => [...this.apis.keys()].toSorted().join(" ")) },
      dependsOn: lateList(() => addressesWithin(this.stack, [...this.apis.values()])),
    });
    sleep.overrideLogicalId(this.claim(Sleep.tfResourceType, "apis", sleep));
    return sleep;
  }

  private providerConfig() {
    const { project, region, labels, provider } = this.settings;
    return { ...provider, project, region, defaultLabels: labels };
  }

  /** What was made by hand, with the provider's own classes, has claimed nothing. */
  private doubledAddresses(): string[] {
    const owners = new Map<string, string>();
    const doubled: string[] = [];
    for (const element of this.stack.node.findAll()) {
      if (!TerraformResource.isTerraformResource(element) && !TerraformDataSource.isTerraformDataSource(element))
        continue;
      const address = addressOf(element);
      const owner = owners.get(address);
      if (owner === undefined) owners.set(address, element.node.path);
      else doubled.push(`${address} is made by ${owner} and by ${element.node.path}: one would replace the other`);
    }
    return doubled;
  }
}
