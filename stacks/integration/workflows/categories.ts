import type { AnyTopic, Invokable } from "../../../constructs";
import { greaterThan, plus, text, workflow } from "../../../constructs/workflows";

const CATEGORIES = ["books", "games", "music", "toys"];

/**
 * Every category is worked on, several at once; each is tried again while that may help, and one that fails does not
 * stop the others. At the end somebody is told, and where one failed the whole fails.
 */
export const eachCategory = (worker: Invokable, monitoring: AnyTopic) =>
  workflow((run) => {
    const { failed, names } = run.assign("init", { failed: 0, names: "" });
    run.parallelFor(
      "every category",
      { in: CATEGORIES, as: "category" },
      (run, category) =>
        run.try("try it", (run) => run.invoke("process it", worker, { path: "/process", body: { category } }), {
          retry: { retries: 4, backoff: { initial: "1s", maximum: "60s" } },
          except: (run, error) => {
            run.log("say which failed", text`${category}: ${error.message}`, "ERROR");
            run.set("count it", [failed, plus(failed, 1)]);
          },
        }),
      { shared: [failed], concurrency: 2 },
    );
    run.for("name them", { in: CATEGORIES, as: "name" }, (run, name) => {
      run.set("add a name", [names, text`${names} ${name}`]);
    });
    run.parallel("tell of it", {
      log: (run) => run.log("in the log", text`worked on${names}`),
      topic: (run) =>
        void run.publish("on the topic", monitoring, { check: "categories", subject: names }, { source: "workflow" }),
    });
    run.switch("judge it", [{ when: greaterThan(failed, 0), raise: text`${failed} categories failed` }]);
    run.return("complete", { failed });
  });
