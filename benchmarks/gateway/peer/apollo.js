// Apollo's gateway behind Node's own HTTP server: `node apollo.js SUPERGRAPH PORT`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ApolloGateway } from "@apollo/gateway";
import { parse, validate } from "graphql";

const [, , supergraph, port] = process.argv;
const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const gateway = new ApolloGateway({ supergraphSdl: readFileSync(supergraph, "utf8"), logger });
const { executor } = await gateway.load({ apollo: {} });

// What Apollo's server does around its gateway, and nothing of what it does beside: a text is parsed and validated once.
const documents = new Map();
function documentOf(query) {
  let known = documents.get(query);
  if (known === undefined) {
    const document = parse(query);
    known = { document, errors: validate(gateway.schema, document) };
    documents.set(query, known);
  }
  return known;
}

async function answer(body) {
  const { query, variables = {}, operationName } = JSON.parse(body);
  const { document, errors } = documentOf(query);
  if (errors.length > 0) return { errors };
  return executor({
    request: { query, variables, operationName },
    document,
    operationName,
    queryHash: query,
    context: {},
    schema: gateway.schema,
    metrics: {},
    logger,
  });
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const bytes = Buffer.from(JSON.stringify(await answer(Buffer.concat(chunks))));
    response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length });
    response.end(bytes);
  } catch (error) {
    response.writeHead(500).end(String(error.stack));
  }
});
server.listen(Number(port), "127.0.0.1");
