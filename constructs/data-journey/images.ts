import { join } from "node:path";
import { ContainerImage } from "../core/image";

/** The folder with constructs/, pipeline/, runtime/ and pipeline-images/: the repository's, or the published package's `dist`. */
const root = join(__dirname, "..", "..");

/**
 * The images that this package ships. They are generic: a pipeline is data to them, and nobody builds one of their own.
 * @param builtFrom folders of ours beside the image's own, by name
 */
function shipped(folder: string, name: string, builtFrom: readonly string[]): ContainerImage {
  return ContainerImage.fromFolder(join(root, "pipeline-images", folder), {
    name,
    package: "data-journey",
    builtFrom: builtFrom.map((each) => join(root, each)),
  });
}

export const ingestProxyImage = shipped("ingest-proxy", "ingest-proxy", ["pipeline", "runtime"]);
export const streamProcessorImage = shipped("stream-processor", "stream-processor", ["pipeline", "runtime"]);
// Java, which a change of our TypeScript does not change: a running job must not be launched anew for it.
export const beamPipelineImage = shipped("beam-pipeline", "beam-processing-flex-template", []);
