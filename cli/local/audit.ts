/** Looks at a journey's tables and dead letters, before the first click and after the last. */
import type { Journey, Route } from "../../local/console/journey";
import type { DeadLetter } from "../../local/console/dead-letters";
import { deadLetters, type Source } from "../../local/console/source";
import { query, tableName } from "../../local/console/sql";
import type { ResourceView } from "../../local/view";
import { type Account, accountOf } from "./accounts";
import { type Measure, measureOfOutput, measureOfTable } from "./measure";
import { pipelineOf, type RunningPipeline } from "./pipelines";

/** A table at the end of a route. */
interface Destination {
  readonly route: Route;
  readonly pipeline: RunningPipeline | undefined;
  /** Address. */
  readonly table: string;
  readonly measure: Measure;
  /** What its counts add up to before the run, where state was kept. */
  readonly before: number;
}

export class Audit {
  private constructor(
    private readonly source: Source,
    private readonly journey: Journey,
    private readonly destinations: readonly Destination[],
    /** Dead letters that were there before. */
    private readonly known: ReadonlySet<string>,
  ) {}

  /** To be called before the first click is sent. */
  static async begin(source: Source, journey: Journey): Promise<Audit> {
    const destinations = await Promise.all(
      journey.routes.map(async (route) => {
        const pipeline = route.workload === undefined ? undefined : await pipelineOf(source.view, route.workload);
        return Promise.all(
          route.tables.map(async (table): Promise<Destination> => {
            const measure = measureOf(source, pipeline, table);
            return { route, pipeline, table, measure, before: await countedIn(source, table, measure) };
          }),
        );
      }),
    );
    const known = new Set(deadLetters(source, journey, Infinity).map(({ id }) => id));
    return new Audit(source, journey, destinations.flat(), known);
  }

  /** Set aside since it began. */
  deadLetters(): readonly DeadLetter[] {
    return deadLetters(this.source, this.journey, Infinity).filter(({ id }) => !this.known.has(id));
  }

  /** @param clicks message ids of those that the proxy took */
  async accounts(clicks: readonly string[]): Promise<readonly Account[]> {
    const { source } = this;
    const letters = this.deadLetters();
    const counters = source.view.counters();
    return Promise.all(
      this.destinations.map(async ({ before, measure, pipeline, route, table }) => {
        const subscription = labelOf(source, route.subscription);
        return accountOf(clicks, {
          subscription,
          pipeline: pipeline?.spec.name,
          table: labelOf(source, table),
          measure,
          filtered: counters[route.subscription]?.["filtered"] ?? 0,
          ids: measure.by === "message ids" ? await idsIn(source, table, measure.column) : new Set(),
          counted: (await countedIn(source, table, measure)) - before,
          setAside: new Set(
            letters.flatMap(({ pipeline: by, source: id }) =>
              by !== undefined && by === pipeline?.spec.name && id !== undefined ? [id] : [],
            ),
          ),
          undelivered: letters.filter(({ subscription: from }) => from === subscription).length,
        });
      }),
    );
  }
}

function measureOf({ view }: Source, pipeline: RunningPipeline | undefined, table: string): Measure {
  const resource = view.resources.find(({ address }) => address === table);
  const columns = columnsOf(resource);
  if (pipeline === undefined) return measureOfTable(columns);
  const name = tableName(view, table).replaceAll("`", "");
  const bound = Object.entries(pipeline.outputs).find(([, to]) => "table" in to && to.table === name);
  if (bound === undefined) return { by: "acknowledgements", why: `no output of ${pipeline.spec.name} goes there` };
  return measureOfOutput(pipeline.spec, bound[0], columns);
}

function columnsOf(table: ResourceView | undefined): readonly string[] {
  const schema = table?.attributes["schema"];
  if (typeof schema !== "string") return [];
  return (JSON.parse(schema) as readonly { readonly name: string }[]).map(({ name }) => name);
}

async function idsIn({ view }: Source, table: string, column: string): Promise<ReadonlySet<string>> {
  const { rows } = await query(view, `SELECT DISTINCT ${column} FROM ${tableName(view, table)}`);
  return new Set(rows.map(([id]) => String(id)));
}

async function countedIn({ view }: Source, table: string, measure: Measure): Promise<number> {
  if (measure.by !== "counts") return 0;
  const { rows } = await query(view, `SELECT SUM(${measure.column}) FROM ${tableName(view, table)}`);
  return Number(rows[0]?.[0] ?? 0);
}

function labelOf({ view }: Source, address: string): string {
  return view.graph.nodes.find(({ id }) => id === address)?.label ?? address;
}
