import { join } from "node:path";
import { ContainerImage } from "../core/image";

/** The folder with constructs/, pipeline/ and pipeline-images/: the repository's, or the published package's `dist`. */
const root = join(__dirname, "..", "..");

/**
 * The images that this package ships. They are generic: a pipeline is data to them, and nobody builds one of their own.
 * @param name what the image is called in the registry, where not as its folder
 */
function shipped(folder: string, name = folder): ContainerImage {
  return ContainerImage.fromFolder(join(root, "pipeline-images", folder), {
    name,
    package: "data-journey",
    builtFrom: [join(root, "pipeline")],
  });
}

export const ingestProxyImage = shipped("ingest-proxy");
export const streamProcessorImage = shipped("stream-processor");
export const beamPipelineImage = shipped("beam-pipeline", "beam-processing-flex-template");
