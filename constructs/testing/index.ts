/** For tests of stacks: what a user imports as `data-journey/testing`. Needs no test runner of a kind. */
export { expectRefused, expectValid } from "./expect";
export { Match, Matcher, type Misfit } from "./match";
export { snapshotSerializer } from "./snapshot";
export { Template, type Json } from "./template";
