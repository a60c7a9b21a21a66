"""Uploads with requests, httpx or curl.

Reads {base, client, cases} from standard input, and prints [{status, next}] with the statuses of each upload
and of the next request of the same pool.
"""

import json
import subprocess
import sys
import tempfile

CHUNK = 16384


def chunks(body):
    for start in range(0, len(body), CHUNK):
        yield body[start : start + CHUNK]


def with_session(session, content, base, case, body):
    """Sends with a session; `content` is the name of its argument for a body."""

    def attempt(method, path, **options):
        try:
            return session.request(method, base + path, **options).status_code
        except Exception as error:
            return repr(error)

    options = {content: chunks(body) if case["chunked"] else body}
    status = attempt("POST", "/orders", headers=case["headers"], **options)
    return {"status": status, "next": attempt("GET", "/health")}


def with_curl(base, case, body):
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        arguments = ["curl", "--silent", "--show-error", "--max-time", "60", "--output", "/dev/null"]
        arguments += ["--write-out", "%{http_code}\n", "--data-binary", "@" + file.name]
        for name, value in case["headers"].items():
            arguments += ["--header", f"{name}: {value}"]
        if case["chunked"]:
            arguments += ["--header", "Transfer-Encoding: chunked"]
        if not case["expects"]:
            arguments += ["--header", "Expect:"]
        arguments += [base + "/orders"]
        arguments += ["--next", "--silent", "--show-error", "--max-time", "60", "--output", "/dev/null"]
        arguments += ["--write-out", "%{http_code}\n", base + "/health"]
        run = subprocess.run(arguments, capture_output=True, text=True)
    if run.returncode != 0:
        return {"status": run.stderr + run.stdout, "next": None}
    status, following = run.stdout.split()
    return {"status": int(status), "next": int(following)}


def sender(client):
    if client == "requests":
        import requests

        session = requests.Session()
        session.trust_env = False
        content = "data"
    elif client == "httpx":
        import httpx

        session = httpx.Client(trust_env=False, timeout=60)
        content = "content"
    else:
        return with_curl
    return lambda base, case, body: with_session(session, content, base, case, body)


def main():
    task = json.load(sys.stdin)
    send = sender(task["client"])
    results = []
    for case in task["cases"]:
        body = case["body"].encode().ljust(case["size"])
        results.append(send(task["base"], case, body))
    print(json.dumps(results))


main()
