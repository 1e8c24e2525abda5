// Composes the subgraphs that come on standard input as Apollo does, and prints the supergraph and its API schema.
import { readFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { Supergraph, printSchema } from "@apollo/federation-internals";
import { parse } from "graphql";

const subgraphs = JSON.parse(readFileSync(0, "utf8"));
const result = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
if (result.errors) {
  throw new Error(result.errors.map((error) => error.message).join("\n"));
}
const api = printSchema(Supergraph.build(result.supergraphSdl).apiSchema());
console.log(JSON.stringify({ supergraph: result.supergraphSdl, api }));
