// Composes the subgraphs of a file with the reference, and prints what it took. The twin of ours.py.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const subgraphs = JSON.parse(readFileSync(process.argv[2], "utf8"));
const begin = performance.now();
const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
const seconds = (performance.now() - begin) / 1000;
if (result.errors) {
  throw new Error(result.errors.map((error) => error.message).join("\n"));
}
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ seconds, megabytes, hints: result.hints.length }));
