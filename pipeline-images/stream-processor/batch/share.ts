/**
 * The files that one of several tasks reads: each is read by one of them, and by the same one whenever a task is
 * tried again. Every task lists the same files, sorted.
 * @param index from 0, as CLOUD_RUN_TASK_INDEX
 */
export const shareOf = <File>(files: readonly File[], index: number, count: number): readonly File[] =>
  files.filter((_, i) => i % count === index);
