import { ledgerFold } from "../checkpoint/ledger";
import { readHistory } from "../log/history";
import type { LogStore } from "../log/store";
import { readDefinition } from "./definition";
import type { Bound } from "./meaning";

/**
 * The pipeline that a log is of, for whoever ends it in order; undefined where nothing of it is left to be done.
 * @throws Error where the log does not say what it is of
 */
export async function boundInLog(store: LogStore): Promise<Bound | undefined> {
  const { state } = await readHistory(store, ledgerFold);
  if (state.context === undefined || state.drained) return undefined;
  if (state.definition === undefined) {
    throw new Error(
      `the checkpoints at ${store.place} are of a time when they did not hold their pipeline: ` +
        `start the old version of ${state.context.pipeline} once more, and drain that (POST /drain)`,
    );
  }
  return readDefinition(state.definition);
}
