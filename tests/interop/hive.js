// Hive's gateway: `node hive.js SUPERGRAPH`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { announce } from "./announce.js";

const gateway = createGatewayRuntime({
  supergraph: readFileSync(process.argv[2], "utf8"),
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get("authorization");
      return authorization ? { authorization } : {};
    },
  },
  maskedErrors: false,
  logging: false,
});

announce(createServer(gateway));
