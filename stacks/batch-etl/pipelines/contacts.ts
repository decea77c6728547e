import { bounded, collect, pipeline, schema, string } from "../../../pipeline";

const Email = schema("email", { user: string(), email: string() });
const Phone = schema("phone", { user: string(), phone: string() });

/** Who can be reached how: two lists by user, brought together. Who is in one of them has an empty list of the other. */
export const contacts = pipeline(
  "contacts",
  { emails: bounded(Email), phones: bounded(Phone) },
  ({ emails, phones }) => ({
    contacts: emails
      .groupBy("user")
      .aggregate({ emails: collect("email") })
      .join(phones.groupBy("user").aggregate({ phones: collect("phone") }), { on: "user", type: "full" }),
  }),
);
