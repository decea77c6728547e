import type { Construct } from "constructs";
import { granted, type Grant } from "../core/grants";
import type { ContainerImage } from "../core/image";
import { limits } from "../core/limits";
import { settled } from "../core/propagation";
import type { Rules } from "../core/rules";
import type { Size } from "../core/size";
import { literal } from "../core/text";
import { uses } from "../core/uses";
import type { Waits } from "../core/waits";
import type { AnyServiceAccount } from "../iam/service-account";
import { CPU, cpuMemoryRule, MEMORY, type SizeProps } from "./cpu-memory";
import { envOf, envRules, type EnvProps } from "./env";
import { mayPull } from "./image-pull";
import { labelRules, type LabelProps } from "./labels";
import { type ProbeConfig, probeConfig, type LivenessProbe, type StartupProbe } from "./probe";
import { volumeRule, VolumeSet, type VolumeConfig, type VolumeProps } from "./volume";

/** One container of a workload. */
export interface ContainerProps extends EnvProps, SizeProps, VolumeProps {
  /** What it runs. */
  readonly image: ContainerImage;
  /** In place of the image's entry point. @default the image's */
  readonly command?: readonly string[];
  /** In place of the image's arguments. @default the image's */
  readonly args?: readonly string[];
  /** Where its command runs. @default the image's */
  readonly workingDirectory?: string;
  /** Sidecars that must have started before this container is: their names. @default none: all start at once */
  readonly waitsFor?: readonly string[];
}

/** A container beside the main one, in every instance: a proxy, a collector of metrics. They reach each other on localhost. */
export interface Sidecar extends ContainerProps {
  /** Unique in the workload; the main container is called "main". */
  readonly name: string;
}

/** What services, jobs and worker pools have in common. */
export interface WorkloadProps extends ContainerProps, LabelProps {
  /** @default the construct's id */
  readonly name?: string;
  /** The account it runs as. @default one of its own, which may do nothing that is not granted */
  readonly identity?: AnyServiceAccount;
}

export const run = limits("Cloud Run");

/** Set by Cloud Run itself. */
const reserved =
  /^(?:PORT|K_(?:SERVICE|REVISION|CONFIGURATION)|CLOUD_RUN_(?:WORKER_POOL|REVISION|JOB|EXECUTION|TASK_(?:INDEX|ATTEMPT|COUNT)))$/;

export const containerRules: Rules<ContainerProps> = [cpuMemoryRule, volumeRule, ...envRules("Cloud Run", reserved)];

export const workloadRules: Rules<WorkloadProps> = [
  run.matches(
    "name",
    /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
    "takes 1 to 49 lower-case letters, digits and hyphens, a letter first",
    "https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create",
  ),
  ...labelRules,
  ...containerRules,
];

/** What the main container has and others do not. */
interface Main {
  /** @default {@link MEMORY} */
  readonly memory?: Size;
  /** Of all containers: it is one setting of the revision. */
  readonly resources?: { readonly cpuIdle?: boolean; readonly startupCpuBoost?: boolean };
}

/** Of one kind of workload: some have no probes. */
interface Probed {
  readonly startupProbe?: StartupProbe;
  readonly livenessProbe?: LivenessProbe;
}

export interface Containers {
  readonly containers: ReturnType<typeof containerOf>[];
  readonly volumes: VolumeConfig[] | undefined;
  /** What Cloud Run looks for before it starts anything: rights, to the data as to secrets and images. */
  readonly waits: Waits;
}

/**
 * The containers of a workload, with the rights that they need.
 * @param kind "service": part of the address of what is waited for
 */
export function containersOf(
  owner: Construct,
  kind: string,
  key: string,
  props: ContainerProps & Probed & { readonly sidecars?: readonly (Sidecar & Probed)[] | undefined },
  identity: AnyServiceAccount,
  main: Main = {},
): Containers {
  const { sidecars = [] } = props;
  const volumes = new VolumeSet(owner, identity);
  const grants: Grant[] = [];
  const named = sidecars.length === 0 ? [{ ...props, name: undefined }] : [{ ...props, name: MAIN }, ...sidecars];
  const containers = named.map((container, index) =>
    containerOf(owner, container, identity, {
      volumes,
      grants,
      main: index === 0 ? main : { resources: main.resources },
    }),
  );
  const pullable = mayPull(
    owner,
    containers.map(({ image }) => image),
  );
  const read = [...grants, ...volumes.grants];
  const readable: Waits =
    read.length === 0
      ? () => []
      : settled(owner, `${kind}-${key}-reads`, () => read.flatMap(({ waits }) => [...waits()]));
  const ready = granted(identity);
  return {
    containers,
    volumes: volumes.config,
    waits: () => [...ready(), ...pullable(), ...readable()],
  };
}

/** What the main container is called where there are others. */
export const MAIN = "main";

interface Shared {
  readonly volumes: VolumeSet;
  readonly grants: Grant[];
  readonly main: Main;
}

/** One container, as the provider takes it. */
function containerOf(
  owner: Construct,
  props: ContainerProps & Probed & { readonly name: string | undefined },
  identity: AnyServiceAccount,
  { volumes, grants, main }: Shared,
) {
  const within = props.name === undefined ? "" : ` of container ${props.name}`;
  const told = envOf(owner, props.env ?? {}, identity, within);
  grants.push(...told.grants);
  for (const text of [...(props.command ?? []), ...(props.args ?? [])]) {
    uses.tell(owner, { member: identity.member, where: `an argument${within}`, text });
  }
  const startupProbe: ProbeConfig | undefined = props.startupProbe && probeConfig(props.startupProbe);
  const livenessProbe: ProbeConfig | undefined = props.livenessProbe && probeConfig(props.livenessProbe);
  return {
    name: props.name,
    image: props.image.bind(owner),
    command: props.command?.map(literal),
    args: props.args?.map(literal),
    workingDir: props.workingDirectory,
    env: told.variables,
    resources: {
      limits: { cpu: props.cpu ?? CPU, memory: props.memory ?? main.memory ?? MEMORY },
      ...main.resources,
    },
    volumeMounts: volumes.mount(props.volumes),
    startupProbe,
    livenessProbe,
    dependsOn: props.waitsFor && [...props.waitsFor],
  };
}

/** gcloud writes its own name and version into what it touches. */
export const setByGcloud = ["client", "client_version"];
