// Plans every case of a file with the reference planner, and writes what it took. The twin of ours.py.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { Supergraph, operationFromDocument } from "@apollo/federation-internals";
import { QueryPlanner } from "@apollo/query-planner";
import { parse } from "graphql";

const [, , casesFile, resultsFile, repeats] = process.argv;
const { supergraphs, cases } = JSON.parse(readFileSync(casesFile, "utf8"));
const results = { load: 0, cases: {} };

const elapsed = (work) => {
  const begin = performance.now();
  work();
  return performance.now() - begin;
};

for (const [index, file] of supergraphs.entries()) {
  const own = cases.filter((each) => each.supergraph === index);
  const sdl = readFileSync(file, "utf8");
  const planners = new Map();
  // Planner options belong to the planner here, so that each kind of them needs one of its own.
  const plannerFor = (config) => {
    const key = JSON.stringify(config);
    if (!planners.has(key)) {
      results.load += elapsed(() => {
        const supergraph = Supergraph.build(sdl, { supportedFeatures: null });
        const schema = supergraph.apiSchema({ includeDefer: config.incrementalDelivery?.enableDefer });
        planners.set(key, { schema, planner: new QueryPlanner(supergraph, config) });
      });
    }
    return planners.get(key);
  };
  for (const { id, operation, name, labels, config } of own) {
    try {
      const { schema, planner } = plannerFor(config);
      const overrideConditions = new Map(labels.map((label) => [label, true]));
      const plan = () => {
        const options = { operationName: name ?? undefined, validate: false };
        planner.buildQueryPlan(operationFromDocument(schema, parse(operation), options), { overrideConditions });
      };
      const first = elapsed(plan);
      results.cases[id] = { first, again: Array.from({ length: Number(repeats) }, () => elapsed(plan)) };
    } catch (error) {
      results.cases[id] = { error: String(error.message).slice(0, 200) };
    }
  }
}
results.peakMegabytes = process.resourceUsage().maxRSS / 1024;
writeFileSync(resultsFile, JSON.stringify(results));
