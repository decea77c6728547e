import type { Construct } from "constructs";
import type { Identity } from "./grants";
import { nothing } from "./waits";

/**
 * Everybody in the world, or everybody who is signed in with any account of Google's. A right of theirs is an error
 * (`public-grant`) unless an option of what is opened says so, or somebody says why: withoutRule(this, "public-grant",
 * "the site is for all").
 */
export const everyone = (home: Construct, who: "anyone" | "signed-in" = "anyone"): Identity =>
  who === "anyone"
    ? { member: "allUsers", key: "everybody", home, waits: nothing }
    : { member: "allAuthenticatedUsers", key: "everybody-signed-in", home, waits: nothing };
