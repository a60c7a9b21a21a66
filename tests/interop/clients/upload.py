"""Uploads with requests, httpx or curl.

Reads {base, client, http2, certificate, cases} from standard input, and prints [{status, next}] with the statuses of each
upload and of the next request of the same pool. A response of another protocol has no status.
"""

import json
import ssl
import subprocess
import sys
import tempfile

CHUNK = 16384


def chunks(body):
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


def with_session(send, content, base, case, body):
    """Sends with the function of a session; `content` is the name of its argument for a body."""

    def attempt(method, path, **options):
        try:
            return send(method, base + path, **options)
        except Exception as error:
            return repr(error)

    options = {content: chunks(body) if case["chunked"] else body}
    status = attempt("POST", "/orders", headers=case["headers"], **options)
    return {"status": status, "next": attempt("GET", "/health")}


def with_requests(task):
    import requests

    session = requests.Session()
    session.trust_env = False
    session.verify = task["certificate"]

    def send(*arguments, **options):
        return session.request(*arguments, **options).status_code

    return lambda case, body: with_session(send, "data", task["base"], case, body)


def with_httpx(task):
    import httpx

    version = "HTTP/2" if task["http2"] else "HTTP/1.1"
    context = ssl.create_default_context(cafile=task["certificate"])
    session = httpx.Client(trust_env=False, timeout=60, verify=context, http2=task["http2"])

    def send(*arguments, **options):
        response = session.request(*arguments, **options)
        return response.status_code if response.http_version == version else response.http_version

    return lambda case, body: with_session(send, "content", task["base"], case, body)


def with_curl(task):
    version = "2" if task["http2"] else "1.1"
    common = ["--silent", "--show-error", "--max-time", "60", "--output", "/dev/null", "--http" + version]
    common += ["--write-out", "%{http_version} %{http_code}\n"]
    if task["certificate"]:
        common += ["--cacert", task["certificate"]]

    def send(case, body):
        upload = ["curl", *common]
        for name, value in case["headers"].items():
            upload += ["--header", f"{name}: {value}"]
        if case["chunked"]:
            upload += ["--header", "Transfer-Encoding: chunked"]
        upload += ["--header", "Expect: 100-continue" if case["expects"] else "Expect:"]
        with tempfile.NamedTemporaryFile() as file:
            file.write(body)
            file.flush()
            upload += ["--data-binary", "@" + file.name, task["base"] + "/orders"]
            following = ["--next", *common, task["base"] + "/health"]
            run = subprocess.run(upload + following, capture_output=True, text=True)
        lines = [line.split() for line in run.stdout.splitlines()]
        if run.returncode != 0 or [line[0] for line in lines] != [version, version]:
            return {"status": run.stderr + run.stdout, "next": None}
        return {"status": int(lines[0][1]), "next": int(lines[1][1])}

    return send


def main():
    task = json.load(sys.stdin)
    send = globals()["with_" + task["client"]](task)
    results = []
    for case in task["cases"]:
        body = case["body"].encode().ljust(case["size"])
        results.append(send(case, body))
    print(json.dumps(results))


main()
