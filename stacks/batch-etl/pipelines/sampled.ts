import { bounded, pipeline, sample } from "../../../pipeline";
import { Measured } from "./csv-etl";

/** A hundred events to look at, whatever there is; and those that no event may be are set aside with the sentence. */
export const sampled = pipeline("sampled", { events: bounded(Measured) }, ({ events }) => ({
  samples: events.assert("a value is never negative", ({ value }) => value >= 0).aggregate({ rows: sample(100) }),
}));
