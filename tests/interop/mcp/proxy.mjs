// Adds a token to every request: the conformance suite cannot send one.
//
// node proxy.mjs URL, with the token in the environment variable TOKEN
import http from "node:http";

const target = new URL(process.argv[2]);
const authorization = `Bearer ${process.env.TOKEN}`;

const server = http.createServer((request, response) => {
  const options = {
    host: target.hostname,
    port: target.port,
    path: request.url,
    method: request.method,
    headers: [...request.rawHeaders, "Authorization", authorization],
  };
  const forwarded = http.request(options, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(response);
  });
  forwarded.on("error", (error) => {
    console.error(`${request.method} ${request.url}: ${error}`);
    response.destroy();
  });
  response.on("close", () => forwarded.destroy());
  request.pipe(forwarded);
});
// longer than any pause of the suite, so that no connection ends while a request is on its way
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.stdin.on("end", () => process.exit()).resume();
