import { bounded, float, pipeline, schema, string, sum } from "../../../pipeline";

/** A line of a CSV file, of which the first one names the fields. */
export const Measured = schema("measured", {
  user_id: string(),
  timestamp: string({ description: "as it was written" }),
  event_type: string(),
  value: float(),
});

/** What is worth something, and how much that is for each user. */
export const csvEtl = pipeline("csv-etl", { events: bounded(Measured) }, ({ events }) => {
  const enriched = events
    .filter((event, { constants }) => event.value >= constants.minimum, { constants: { minimum: 10 } })
    .processingTime("processed_at")
    .withFields({ category: string({ values: ["high", "medium"] }) }, ({ value }) => ({
      category: value > 100 ? "high" : "medium",
    }));
  return { events: enriched, user_totals: enriched.groupBy("user_id").aggregate({ total_value: sum("value") }) };
});
