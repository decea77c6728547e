import { spawn } from "node:child_process";
import { CommandError } from "../command-error";
import type { Io } from "../io";

/** A program and its arguments. */
export type Words = readonly [program: string, ...arguments_: string[]];

/** Runs a program to its end. @returns what it wrote to standard output. @throws CommandError where it failed */
export type Run = (words: Words) => Promise<string>;

/** @param show what the program writes goes to standard error as it comes, for builds that take minutes */
export function runner(io: Io, show: boolean): Run {
  return (words) =>
    new Promise((resolve, reject) => {
      const [program, ...args] = words;
      const child = spawn(program, args, {
        cwd: io.cwd,
        env: { ...io.environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const out: string[] = [];
      const all: string[] = [];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        out.push(text);
        all.push(text);
        if (show) io.err(text);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        all.push(text);
        if (show) io.err(text);
      });
      child.once("error", (error) => reject(new CommandError(`${program}: ${error.message}`)));
      child.once("close", (code) => {
        if (code === 0) resolve(out.join("").trim());
        else
          reject(
            new CommandError(`This failed with ${code}: ${lineOf(words)}${show ? "" : `\n${all.join("").trim()}`}`),
          );
      });
    });
}

/** As it would be typed. */
export function lineOf(words: Words): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
