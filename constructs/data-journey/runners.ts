import type { Shape } from "../../pipeline/flow";
import type { Runner as RunnerOf } from "./runner";
import { dataflow } from "./runners/dataflow";
import { job } from "./runners/job";
import { pushService } from "./runners/push-service";
import { workerPool } from "./runners/worker-pool";

/** Where a pipeline runs. `S` are the pipelines that it can run. */
export type Runner<S extends Shape = Shape> = RunnerOf<S>;

/**
 * Where a pipeline runs: `Runner.pushService()` row by row, scaling to zero; `Runner.workerPool()` windows and state, one
 * machine; `Runner.job()` what ends, one machine; `Runner.dataflow()` many machines.
 */
export const Runner = { pushService, workerPool, job, dataflow };
