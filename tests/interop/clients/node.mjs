// Uploads with fetch and with axios on a keep-alive agent. Reads {base, client, cases} from standard input, and
// prints [{status, next}] with the statuses of each upload and of the next request of the same pool.
import http from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const { base, client, cases } = JSON.parse(await text(process.stdin));

function* chunks(body) {
    for (let start = 0; start < body.length; start += 16384) {
        yield body.subarray(start, start + 16384);
    }
}

const clients = {
    async fetch(method, path, headers, body, chunked) {
        const stream = chunked ? Readable.toWeb(Readable.from(chunks(body))) : body;
        const response = await fetch(base + path, { method, headers, body: stream, duplex: "half" });
        await response.arrayBuffer();
        return response.status;
    },
    async axios(method, path, headers, body, chunked) {
        const response = await pool.request({
            method,
            url: path,
            headers,
            data: chunked ? Readable.from(chunks(body)) : body,
        });
        return response.status;
    },
};
// fetch needs no package
const pool = client === "axios" && (await import("axios")).default.create({
    baseURL: base,
    httpAgent: new http.Agent({ keepAlive: true, maxSockets: 1 }),
    maxRedirects: 0,
    proxy: false,
    validateStatus: () => true,
});

async function attempt(...request) {
    try {
        return await clients[client](...request);
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
