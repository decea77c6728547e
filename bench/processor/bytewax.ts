/** Bytewax, where there is a Python: in a folder of its own below .journey, installed once. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const VENV = join(__dirname, "..", "..", ".journey", "bytewax");
const PACKAGES = ["bytewax==0.21.1", "orjson==3.13.0"];

/** @returns its Python, or a sentence that says why there is none */
export function bytewaxPython(): { readonly python: string } | { readonly missing: string } {
  const python = join(VENV, "bin", "python");
  if (works(python)) return { python };
  if (!existsSync(python) && spawnSync("python3", ["-m", "venv", VENV]).status !== 0) {
    return { missing: "Bytewax is left out: there is no python3 with venv" };
  }
  spawnSync(python, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: ["ignore", "ignore", "inherit"] });
  if (works(python)) return { python };
  return { missing: `Bytewax is left out: pip did not install ${PACKAGES.join(" and ")}` };
}

const works = (python: string): boolean => spawnSync(python, ["-c", "import bytewax.operators, orjson"]).status === 0;
