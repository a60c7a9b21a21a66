// Runs the example client in a scenario of the conformance suite, as its operator and as the person with the browser.
//
// node client.mjs PROGRAM URL, with the scenario and its context in the environment variables of the suite
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [program, url] = process.argv.slice(2);
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const directory = mkdtempSync(join(tmpdir(), "palisade-mcp-client-"));
const file = (name, text) => {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

// the client of the suite's authorization servers that accept metadata documents
const metadataUrl = "https://conformance-test.local/client-metadata.json";
const options = ["--allow-loopback-http", "--client-metadata-url", metadataUrl, "--tool", "test-tool"];
if (context.client_id) {
  options.push("--client-id", context.client_id, "--issuer", context.issuer ?? (await issuer()));
}
if (context.client_secret) {
  options.push("--client-secret-file", file("secret", context.client_secret));
}
if (context.private_key_pem) {
  options.push("--private-key", file("key.pem", context.private_key_pem));
}
if (scenario.startsWith("auth/client-credentials")) {
  options.push("--client-credentials");
}

const child = spawn(program, [url, ...options], { stdio: ["ignore", "pipe", "inherit"] });
createInterface({ input: child.stdout }).on("line", async (line) => {
  console.log(line);
  if (line.startsWith("open ")) {
    // `fetch` follows the redirect to the client's redirect URI, as the browser does
    const page = await fetch(line.slice("open ".length));
    console.log(`page ${page.status}: ${(await page.text()).trim()}`);
  }
});
child.on("close", (status) => {
  rmSync(directory, { recursive: true });
  process.exit(status ?? 1);
});

// The suite names no issuer for the client's own credentials; their operator knows it.
async function issuer() {
  const document = new URL("/.well-known/oauth-protected-resource/mcp", url);
  return (await (await fetch(document)).json()).authorization_servers[0];
}
