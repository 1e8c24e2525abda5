// Serves on a free port of this machine, says where, and ends with the process that started it.
export function announce(server) {
  server.listen(0, "127.0.0.1", () => {
    console.log(`Serving GraphQL at http://127.0.0.1:${server.address().port}/graphql`);
  });
  process.stdin.on("end", () => process.exit(0)).resume();
}
