#!/usr/bin/env node
// The `journey` command: what is built where the package is installed, the TypeScript itself in a checkout of it.
import { existsSync } from "node:fs";

const source = new URL("main.ts", import.meta.url);
const inCheckout = existsSync(source);
if (inCheckout) await import("tsx");
await import(inCheckout ? source.href : "../dist/cli/main.js");
