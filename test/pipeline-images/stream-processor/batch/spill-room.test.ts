/** The very file that is deployed, with too little memory for what it puts together, and a folder for the rest. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle } from "../../../../local/images/bundle";
import { bounded, count, pipeline } from "../../../../pipeline";
import { Sale, sale, sales, shop } from "./support";

const twice = pipeline("twice", { sales: bounded(Sale) }, ({ sales: all }) => ({
  ids: all
    .groupBy("id")
    .aggregate({ times: count() })
    .filter(({ times }) => times > 1),
}));

const SALES = 220_000;

test.each([
  ["the folder that it is told", true],
  ["the one for temporary files, where there is no such folder", false],
])(
  "puts aside what memory does not hold in %s, and leaves nothing there",
  async (_, isThere) => {
    const { put, settings, query, folder, table } = await shop();
    await table("ids", ["id"], ["times"]);
    await put("0.json", [...sales(0, SALES), sale(7), sale(SALES - 1)]);
    const { main } = await bundle(
      join(__dirname, "../../../../pipeline-images/stream-processor"),
      join(folder, "cache"),
    );
    const [SPILL, TMPDIR] = [join(folder, "spill"), join(folder, "tmp")];
    mkdirSync(TMPDIR);
    if (isThere) mkdirSync(SPILL);
    const told = settings(twice, {
      OUTPUTS: JSON.stringify({ ids: { table: "acme-dev.shop.ids", write: "truncate" } }),
      SPILL,
    });
    const child = spawn(process.execPath, ["--max-old-space-size=80", main], {
      env: { ...told, TMPDIR },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(said).toMatch(
      new RegExp(`twice: memory is short: .* keys, and what comes to it goes to ${isThere ? SPILL : TMPDIR}`),
    );
    expect(await query("SELECT id, times FROM `acme-dev.shop.ids` ORDER BY id")).toEqual([
      { id: `sale-${SALES - 1}`, times: 2 },
      { id: "sale-7", times: 2 },
    ]);
    expect(readdirSync(isThere ? SPILL : TMPDIR)).toEqual([]);
  },
  60_000,
);
