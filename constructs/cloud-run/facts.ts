import { FactKind } from "../core/facts";

/** A service that this app makes. */
export const services = new FactKind<{
  readonly url: string;
  /** Anybody may invoke it. */
  readonly open: boolean;
}>();
