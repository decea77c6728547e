import type { Construct } from "constructs";
import { grantOnProject, type AnyNetwork, type AnyTopic, type Invokable } from "../../constructs";
import { CustomRole } from "../../constructs/iam";
import { Workflow } from "../../constructs/workflows";
import { eachCategory } from "./workflows/categories";
import { onAMachine } from "./workflows/machine";

/** A machine that is there only while it works. */
export function machine(scope: Construct, network: AnyNetwork): void {
  const flow = new Workflow(scope, "workflow-vm", { definition: onAMachine(network) });
  // What its steps need and nothing beside: Google's own role also lets change all that a machine runs as and with.
  const role = new CustomRole(scope, "workflow_vm_machines", {
    title: "Machines of the workflow",
    permissions: [
      "compute.disks.create",
      "compute.instances.create",
      "compute.instances.delete",
      "compute.instances.get",
      "compute.instances.getGuestAttributes",
      "compute.instances.setMetadata",
      "compute.subnetworks.use",
      "compute.zoneOperations.get",
    ],
  });
  grantOnProject(role, flow.identity, { why: "makes machines, reads what they did, and deletes them" });
}

/** Several things at once, each tried again, and none that fails in silence. */
export function categories(scope: Construct, worker: Invokable, notices: AnyTopic): void {
  new Workflow(scope, "each-category", { definition: eachCategory(worker, notices) });
}
