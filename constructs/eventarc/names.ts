import { limits } from "../core/limits";

export const eventarc = limits("Eventarc");

/** Of triggers and channels. */
export const nameRule = eventarc.matches(
  "name",
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "takes 1 to 63 lower-case letters, digits and hyphens, a letter first",
  "https://cloud.google.com/eventarc/docs/reference/rest/v1/projects.locations.triggers/create",
);
