/** Files of the rows of a window, or of a stretch of time where rows have no windows. Only with a log: without one nobody knows which rows a file has. */
import { milliseconds } from "../../../../pipeline/duration";
import { packed } from "../../formats/gzip";
import { formatOf } from "../../formats/of-binding";
import type { WindowStep } from "../../operators/stage";
import { windowingOf } from "../../window/of-spec";
import { lateWords, type RowWindow } from "../../window/row-window";
import { eachWindow, type Windowing } from "../../window/windowing";
import type { LoggedSink, SinkKind } from "../sink";
import { FilesBuffer, type FilesBufferOptions, type FileRequest } from "./files-buffer";
import { FilesOutput } from "./files-output";
import { type FilesBinding, shardName, suffixOf, unfinished, windowName } from "./names";
import { OpenFiles } from "./open-files";

/** How long a file is written to, where nothing else closes it. */
const EVERY = "5m";

export const filesSink: SinkKind<FilesBinding> = {
  name: ({ files }) => files,
  logged,
  direct({ output }) {
    throw new Error(`output ${output} goes to files, which need a log: let MODE be "pull"`);
  },
};

function logged(options: LoggedSink<FilesBinding>): FilesOutput {
  const { output, binding, fields, clients, recorded, refuse, rowWindow, clock, begun, term } = options;
  const format = formatOf(binding.format);
  // Said at the start, where rows of these fields cannot stand in such files.
  packed("", format.write(fields));
  const [store, prefix] = clients.files(binding.files);
  const { shards = 1 } = binding;
  const every = milliseconds(binding.every ?? EVERY);
  const windows = windowsOf(rowWindow, every);
  const files = new OpenFiles({ lateness: windows.lateness, every }, recorded.stream, `${begun}-${term}-${output}`);
  const whatOf = ({ window, pane }: Pick<FileRequest, "window" | "pane">): string =>
    windowName(window) + (windows.lateness > 0 || pane > 0 ? `-${pane}` : "");
  const nameOf = (file: Pick<FileRequest, "window" | "pane">, shard: number): string =>
    shardName(prefix, whatOf(file), shard, shards, suffixOf(binding));
  const folderOf = (file: Pick<FileRequest, "window" | "pane">): string =>
    `${unfinished(prefix, files.id)}-${whatOf(file)}`;
  const watermark = windows.aligned === undefined ? () => timeOf(options) : options.watermark;
  const about = { files, fields, format, shards, nameOf };
  const windowed = intoWindows(windows, options);
  const rows = new FilesBuffer({ ...about, windowed, refuse, watermark, now: () => clock.now() }, recorded.next);
  return new FilesOutput(output, rows, { ...options, ...about, store, folderOf }, recorded);
}

interface Windows {
  /** Undefined where rows have no windows: files are of stretches of the processing time. */
  readonly aligned: Windowing | undefined;
  readonly stretch: Windowing;
  /** Milliseconds. */
  readonly lateness: number;
}

function windowsOf(window: WindowStep | undefined, every: number): Windows {
  const stretch = windowingOf({ type: "fixed", size: `${every}ms` });
  if (window === undefined || window.windowing.type === "global") return { aligned: undefined, stretch, lateness: 0 };
  return { aligned: windowingOf(window.windowing), stretch, lateness: milliseconds(window.allowedLateness ?? "0s") };
}

/** Where rows have no windows the time is what closes a file, or a drain. */
const timeOf = ({ watermark, clock }: LoggedSink<FilesBinding>): number =>
  watermark() === Infinity ? Infinity : clock.now();

function intoWindows(
  { aligned, stretch, lateness }: Windows,
  { moment, refuse }: LoggedSink<FilesBinding>,
): FilesBufferOptions["windowed"] {
  if (aligned === undefined) return (put) => (row) => put(row, windowAt(stretch, moment().now));
  return (put, expired) => (row, time) => {
    const { window } = moment();
    if (window !== undefined) return put(row, window);
    // Rows that no step has put together: what is too late for a file is said here.
    eachWindow(aligned, time, (one) => {
      if (expired(one.end + lateness)) refuse(row, lateWords("expired", one));
      else put(row, one);
    });
  };
}

function windowAt(windowing: Windowing, time: number): RowWindow {
  const start = windowing.lastStart(time);
  return { start, end: windowing.end(start) };
}
