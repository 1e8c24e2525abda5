// Apollo's gateway: `node apollo.js SUPERGRAPH`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { parse, validate } from "graphql";
import { announce } from "./announce.js";

class ForwardingDataSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set("authorization", context.authorization);
  }
}

const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.argv[2], "utf8"),
  buildService: ({ url }) => new ForwardingDataSource({ url }),
  logger,
});
const { executor } = await gateway.load({ apollo: {} });

// What Apollo's server does around its gateway, so that the comparison needs only the gateway.
async function answer(body, authorization) {
  const { query, variables = {}, operationName } = JSON.parse(body);
  const document = parse(query);
  const errors = validate(gateway.schema, document);
  if (errors.length > 0) return { errors };
  return executor({
    request: { query, variables, operationName },
    document,
    operationName,
    queryHash: query,
    context: { authorization },
    schema: gateway.schema,
    metrics: {},
    logger,
  });
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const result = await answer(Buffer.concat(chunks), request.headers.authorization);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(result));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error.stack));
  }
});
announce(server);
