/** Something that is there already, made by somebody else: what `fromName` takes. */
export interface Existing {
  readonly name: string;
  /** @default the stack's */
  readonly project?: string;
  /**
   * "manage": the rights that the stack needs on it are given here. "assume": whoever owns it gives them; they are
   * listed in the synthesized stack, and the laptop takes them as given.
   * @default "manage"
   */
  readonly grants?: "manage" | "assume";
}

/** The name in addresses: two projects may each have something of one name. */
export const keyOfExisting = ({ name, project }: Existing, ours: string): string =>
  project === undefined || project === ours ? name : `${project}-${name}`;
