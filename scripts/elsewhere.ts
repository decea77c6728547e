/** What a laptop does not run of an app's stacks, and why: resources that no local service knows, pipelines and outputs. */
import { type App, TerraformDataSource, TerraformResource, TerraformStack } from "cdktf";
import { makeServices } from "../local/services";
import { whyElsewhere } from "../local/stack/elsewhere";
import { AccessControl } from "../local/access/access-control";
import { fakeHost } from "../test/local/support/host";

/** Each reason with the types that it is of, and the stacks that have some; sorted by type. */
export async function elsewhereIn(app: App): Promise<string> {
  const here = await typesHere();
  const byReason = new Map<string, { readonly types: Set<string>; readonly stacks: Set<string> }>();
  for (const { stack, type } of resourcesOf(app)) {
    if (here.has(type)) continue;
    const reason = whyElsewhere(type);
    const { types, stacks } = byReason.get(reason) ?? { types: new Set(), stacks: new Set() };
    byReason.set(reason, { types: types.add(type), stacks: stacks.add(stack) });
  }
  const rows = [...byReason].map(([reason, { types, stacks }]) => {
    const named = [...types].toSorted().map((type) => `\`${type}\``);
    return `| ${named.join(", ")} | ${[...stacks].toSorted().join(", ")} | ${reason} |`;
  });
  return ["| resources | in | why |", "| --- | --- | --- |", ...rows.toSorted()].join("\n");
}

/** What the stream processor does not run of an app's pipelines: what a synthesis warns of. */
export function pipelinesElsewhere(app: App): string {
  const warnings = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === "@cdktf/warn")
    .map(({ data }) => String(data))
    .filter((text) => text.includes("the stream processor does not"));
  const lines = [...new Set(warnings)].toSorted().map((text) => `- ${text}`);
  return lines.length === 0 ? "All pipelines of these stacks run on the stream processor." : lines.join("\n");
}

async function typesHere(): Promise<ReadonlySet<string>> {
  const host = { ...fakeHost(), access: new AccessControl("acme-dev") };
  const { all } = makeServices(host, { images: {}, app: "" } as unknown as Parameters<typeof makeServices>[1]);
  const types = all.flatMap(({ resources }) => resources.map(({ type }) => type));
  await Promise.all(all.map((service) => service.stop()));
  await host.close();
  return new Set(types);
}

const resourcesOf = (app: App): readonly { readonly stack: string; readonly type: string }[] =>
  app.node.findAll().flatMap((one) => {
    if (!(one instanceof TerraformResource || one instanceof TerraformDataSource)) return [];
    const data = one instanceof TerraformDataSource ? "data." : "";
    return [{ stack: TerraformStack.of(one).node.id, type: `${data}${one.terraformResourceType}` }];
  });
