import { httpFunction, onCloudEvent } from "../../../../handler";

/** A file's document was made, changed or deleted: whoever watches is told, and reads what is there by then. */
export const syncFile = httpFunction(
  onCloudEvent(async ({ subject }, { publish }) => {
    // documents/files/<hash>
    await publish(
      { check: "file", subject: subject?.split("/").at(-1) ?? null },
      { attributes: { source: "firestore" } },
    );
  }),
);
