// Web sites of others: blank pages, on which scripts of these tests run.

import { once } from "node:events";
import { createServer } from "node:http";

/** Serves a blank page at every path, until it is closed. */
export async function site() {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end("<!doctype html><title>Another site</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
