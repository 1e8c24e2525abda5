// Settings of Hive's gateway. SINGLE_FLIGHT: what equal requests that are under way share: off, subgraphs (its default), all.
// RESPONSE_CACHE: whole answers are kept for ten minutes.
const flight = process.env.SINGLE_FLIGHT;

export const gatewayConfig = {
  logging: "error",
  transportEntries: { "*.http": { options: { deduplicateInflightRequests: flight !== "off" } } },
  inboundInflightRequestDeduplication: flight === "all",
  ...(process.env.RESPONSE_CACHE && {
    cache: { type: "localforage" },
    responseCaching: { ttl: 600_000, idFields: ["id", "upc"] },
  }),
};
