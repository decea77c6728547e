/** The language's words that tests of constructs use. */
import { float, nullable, string, timestamp } from "../../pipeline/schema/field";
import { schema } from "../../pipeline/schema/schema";

export {
  date,
  float,
  integer,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
} from "../../pipeline/schema/field";
export { schema } from "../../pipeline/schema/schema";

/** An event of tests in which it does not matter what it is. */
export const Order = schema("order_event", {
  order_id: string(),
  customer_id: nullable(string()),
  amount: float(),
  created_at: timestamp(),
});
