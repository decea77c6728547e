import type { AnyNetwork } from "../../../constructs/network";
import { env, std, text, workflow } from "../../../constructs/workflows";

/** Works, and writes what came of it down where the workflow can read it. It has no account, and may do nothing else. */
const WORK = [
  "#!/bin/bash",
  'curl --silent --request PUT --header "Metadata-Flavor: Google" --data "$(nproc) processors" \\',
  "  http://metadata.google.internal/computeMetadata/v1/instance/guest-attributes/work/result",
].join("\n");

/**
 * A machine is made, does its work, and is deleted, also where the work failed or never ended.
 *
 * Nothing is sent to the machine: it has no public address, and no port that answers. What came of its work is read from
 * its attributes, again and again for some minutes. Every run has a machine of its own name: two runs, two machines.
 */
export const onAMachine = ({ subnetwork }: Pick<AnyNetwork, "subnetwork">) =>
  workflow<{ zone: string }>((run, args) => {
    const { project, machine, result } = run.assign("init", {
      project: env("GOOGLE_CLOUD_PROJECT_ID"),
      machine: text`workflow-vm-${std("text.substring", env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID"), 0, 8)}`,
      result: null,
    });
    const which = { project, zone: args.zone, instance: machine };
    run.try(
      "work on a machine",
      (run) => {
        run.call("create the machine", "googleapis.compute.v1.instances.insert", {
          project,
          zone: args.zone,
          body: {
            name: machine,
            machineType: text`zones/${args.zone}/machineTypes/e2-micro`,
            disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage: DEBIAN } }],
            networkInterfaces: [{ subnetwork }],
            metadata: {
              items: [
                { key: "startup-script", value: WORK },
                { key: "enable-guest-attributes", value: "TRUE" },
              ],
            },
            // One that is forgotten all the same ends by itself.
            scheduling: { maxRunDuration: { seconds: "1800" }, instanceTerminationAction: "DELETE" },
          },
        });
        run.sleep("wait for the machine", "30s");
        run.try(
          "process",
          (run) => {
            const said = run.call("read what came of it", "googleapis.compute.v1.instances.getGuestAttributes", {
              ...which,
              queryPath: "work/",
            });
            run.set("keep it", [result, said.get("queryValue", "items", 0, "value")]);
          },
          // Until it is written it is "not found", which is tried again nowhere else.
          { retry: { when: "always", retries: 20, backoff: { initial: "10s", maximum: "30s" } } },
        );
      },
      {
        except: (run, error) => {
          run.log("say what went wrong", error.message, "ERROR");
          run.call("clean up after a failure", "googleapis.compute.v1.instances.delete", which);
          run.raise("fail all the same", error);
        },
      },
    );
    run.call("clean up", "googleapis.compute.v1.instances.delete", which);
    run.return("complete", result);
  });

const DEBIAN = "projects/debian-cloud/global/images/family/debian-12";
