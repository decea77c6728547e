import { httpFunction, onMessage } from "../../../../handler";
import { Notice } from "../../events";

/** Writes each notice as a line of the log, which Cloud Logging counts: an alert tells when none come any more. */
export const reportHealth = httpFunction(
  onMessage(Notice, ({ check, subject }, { log, message }) => {
    log("INFO", "a notice", { check, subject: subject ?? "", source: message.attributes["source"] ?? "" });
  }),
);
