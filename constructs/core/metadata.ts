import type { TerraformStack } from "cdktf";
import { waiversAt, type Waiver } from "./rules";

/** Where an image comes from: what the local cloud runs, and what `journey images push` builds. */
export interface ImageSource {
  /** The image's name, without registry and tag. */
  readonly name: string;
  /** Relative to the package's root where `package` is given, else to the folder of cdktf.json. With "/". */
  readonly folder: string;
  /** The npm package that the folder is in; found with `require.resolve("<package>/package.json")`. */
  readonly package?: string;
  /** A hash of all that the image is made of. */
  readonly source: string;
}

/** A function that the local cloud can run: what a folder exports. */
export interface FunctionFolder {
  /** Relative to the package's root where `package` is given, else to the folder of cdktf.json. With "/". */
  readonly folder: string;
  readonly package?: string;
  /** What of the folder has the function, with or without its ending. */
  readonly main: string;
  /** What that exports. */
  readonly entryPoint: string;
  /** What it takes: a request and its response. */
  readonly signature: "http";
  /** A hash of all that is deployed. */
  readonly source: string;
}

/** A right that somebody else gives: nothing in the stack makes it, and the stack relies on it. */
export interface AssumedGrant {
  /** The resource type that would give it: google_pubsub_topic_iam_member. */
  readonly type: string;
  readonly role: string;
  readonly member: string;
  /** Where: the type's other arguments, as Terraform names them in TypeScript: topic, project. */
  readonly on: { readonly [argument: string]: unknown };
  /** Where it holds only while this does. */
  readonly condition?: { readonly title: string; readonly expression: string } | undefined;
}

/**
 * `"//".journey` of a synthesized stack. Terraform ignores it. It is there only where there is something to say.
 */
export class JourneyMetadata {
  private readonly images: { [reference: string]: ImageSource } = {};
  private readonly functions: { [address: string]: FunctionFolder } = {};
  private readonly assumed: AssumedGrant[] = [];
  private readonly whys: { [address: string]: string } = {};

  constructor(private readonly stack: TerraformStack) {
    // A validation, as the last moment before synthesis at which all constructs are there.
    stack.node.addValidation({ validate: () => this.writeWaivers() });
  }

  /** @param reference as a container names it: registry/name@sha256:... */
  image(reference: string, source: ImageSource): void {
    this.images[reference] = source;
    this.stack.addOverride("//.journey.images", this.images);
  }

  /** @param address google_cloudfunctions2_function.process-order */
  function(address: string, folder: FunctionFolder): void {
    this.functions[address] = folder;
    this.stack.addOverride("//.journey.functions", this.functions);
  }

  /** What the right at an address is for. Without a reason the stack's code gives it, which needs none. */
  why(address: string, why: string | undefined): void {
    if (why === undefined || this.whys[address] !== undefined) return;
    this.whys[address] = why;
    this.stack.addOverride("//.journey.whys", this.whys);
  }

  assume(grant: AssumedGrant): void {
    this.assumed.push(grant);
    this.stack.addOverride("//.journey.assumed", this.assumed);
  }

  private writeWaivers(): string[] {
    const above = this.stack.node.scopes.slice(0, -1);
    const waived: Waiver[] = [...above, ...this.stack.node.findAll()].flatMap((construct) => [...waiversAt(construct)]);
    if (waived.length > 0) this.stack.addOverride("//.journey.waived", waived);
    return [];
  }
}
