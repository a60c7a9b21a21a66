// Uploads with fetch, with axios on a keep-alive agent, and with a session of node:http2. Reads {base, client, http2,
// cases} from standard input, and prints [{status, next}] with the statuses of each upload and of the next request of
// the same pool.
import { subscribe } from "node:diagnostics_channel";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const { base, client, http2: isHttp2, cases } = JSON.parse(await text(process.stdin));

function* chunks(body) {
    for (let start = 0; start < body.length; start += 16384) {
        yield body.subarray(start, start + 16384);
    }
}

// each returns a function that sends a request, and resolves to the status
const clients = {
    // the fetch of Node.js has no option for HTTP/2, but that of its package has
    async fetch() {
        const undici = isHttp2 && (await import("undici"));
        const send = isHttp2 ? undici.fetch : fetch;
        let dispatcher;
        return async (method, path, headers, body, chunked) => {
            if (isHttp2 && body) {
                // a pool for each upload and its next request, because of the memory of a session (see `http2`)
                await dispatcher?.destroy();
                dispatcher = new undici.Agent({ allowH2: true });
            }
            const stream = chunked ? Readable.toWeb(Readable.from(chunks(body))) : body;
            const options = { method, headers, body: stream, duplex: "half", dispatcher };
            const response = await send(base + path, options);
            await response.arrayBuffer();
            return response.status;
        };
    },
    async axios() {
        const { default: axios } = await import("axios");
        const pool = axios.create({
            baseURL: base,
            httpAgent: new http.Agent({ keepAlive: true, maxSockets: 1 }),
            httpsAgent: new https.Agent({ keepAlive: true, maxSockets: 1 }),
            maxRedirects: 0,
            proxy: false,
            validateStatus: () => true,
        });
        return async (method, url, headers, body, chunked) => {
            const data = chunked ? Readable.from(chunks(body)) : body;
            return (await pool.request({ method, url, headers, data })).status;
        };
    },
    async http2() {
        // Node.js counts the bodies that a proxy has not read before its response, and refuses streams beyond 10 MB
        const session = http2.connect(base, { maxSessionMemory: 1000 });
        session.on("error", () => {});
        return (method, path, headers, body, chunked) =>
            new Promise((resolve, reject) => {
                const length = body && !chunked ? { "content-length": body.length } : {};
                const stream = session.request({ ":method": method, ":path": path, ...headers, ...length });
                let status;
                stream.on("response", (head) => (status = head[":status"]));
                stream.on("error", reject);
                stream.on("end", () => resolve(status));
                stream.on("close", () => reject(new Error("closed")));
                stream.resume();
                if (chunked) {
                    Readable.from(chunks(body)).pipe(stream);
                } else {
                    stream.end(body);
                }
            });
    },
};

let isOtherProtocol = false;
subscribe("undici:client:connected", ({ socket }) => {
    isOtherProtocol ||= isHttp2 && socket.alpnProtocol !== "h2";
});

const send = await clients[client]();

async function attempt(...request) {
    try {
        const status = await send(...request);
        return isOtherProtocol ? "not HTTP/2" : status;
    } catch (error) {
        return `${error} ${error.cause ?? ""}`;
    }
}

const results = [];
for (const { headers, body, size, chunked } of cases) {
    const bytes = Buffer.from(body.padEnd(size));
    const status = await attempt("POST", "/orders", headers, bytes, chunked);
    const next = await attempt("GET", "/health", {}, undefined, false);
    results.push({ status, next });
}
console.log(JSON.stringify(results));
process.exit(0);
