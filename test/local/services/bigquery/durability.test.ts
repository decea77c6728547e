import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openParts } from "../../../../local/services/bigquery/parts";
import { fakeHost } from "../../support/host";

test("a process that is killed while it writes leaves every acknowledged request whole, and the offset that fits the rows", async () => {
  const host = fakeHost();
  try {
    const writer = spawn(
      process.execPath,
      ["--import", "tsx", join(__dirname, "../../fixtures/endless-appends/main.ts"), host.state],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let stream = "";
    let acknowledged = 0;
    const lines = createInterface({ input: writer.stdout });
    lines.on("line", (line) => {
      if (stream === "") stream = line;
      else acknowledged = Number(line);
      if (acknowledged >= 2_000) writer.kill("SIGKILL");
    });
    await once(writer, "close");

    const parts = await openParts(host);
    try {
      const { rows } = parts.counts.of("journey", "clicks");
      const found = parts.streams.find(stream).stream;
      expect(found.record.rows).toBe(rows);
      expect(rows).toBeGreaterThanOrEqual(acknowledged);
      // In requests of 10: none is there in part. Each row once, none missing.
      expect(rows % 10).toBe(0);
      const result = await parts.database.read((connection) =>
        connection.runAndReadAll('SELECT count(DISTINCT n), min(n), max(n) FROM "journey"."clicks"'),
      );
      expect(result.getRows()[0]?.map(Number)).toEqual([rows, 0, rows - 1]);
    } finally {
      await parts.database.close();
    }
  } finally {
    await host.close();
  }
});
