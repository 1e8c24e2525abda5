// Settings of Hive's gateway. SINGLE_FLIGHT: what equal requests that are under way share: off, subgraphs (its default), all.
const flight = process.env.SINGLE_FLIGHT;

export const gatewayConfig = {
  logging: "error",
  transportEntries: { "*.http": { options: { deduplicateInflightRequests: flight !== "off" } } },
  inboundInflightRequestDeduplication: flight === "all",
};
