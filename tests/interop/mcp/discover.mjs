// Discovers the authorization of an MCP server as a client of the official SDK does, and prints the findings as JSON.
//
// node discover.mjs URL TOOL, with a token in the environment variable TOKEN if there is one
import {
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
} from "@modelcontextprotocol/sdk/client/auth.js";

const [url, tool] = process.argv.slice(2);
const token = process.env.TOKEN;
const response = await fetch(url, {
  method: "POST",
  headers: {
    Accept: "application/json, text/event-stream",
    "Content-Type": "application/json",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "tools/call",
    "Mcp-Name": tool,
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  },
  body: "{}",
});
const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
const fromChallenge = await discoverOAuthProtectedResourceMetadata(url, { resourceMetadataUrl });
const fromWellKnown = await discoverOAuthProtectedResourceMetadata(url);
console.log(
  JSON.stringify({
    status: response.status,
    resourceMetadataUrl: resourceMetadataUrl.href,
    scope,
    error,
    metadata: fromChallenge,
    isSame: JSON.stringify(fromChallenge) === JSON.stringify(fromWellKnown),
    issuers: fromChallenge.authorization_servers,
  }),
);
