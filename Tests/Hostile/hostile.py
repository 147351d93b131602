"""Clients of reviewpackd that behave badly, on nothing but sockets and Python's standard library.

usage: hostile.py SOCKET ATTACK [ARGUMENT...]

    connect N STOP      opens N connections and holds all that it got until the file STOP is there
    half N              begins a frame on N connections, says no more, and waits until each was closed
    trickle             sends a request byte by byte, each a little later, and reads its answer
    unread N STOP       on N connections: sends calls without end and reads nothing, until STOP is there
    streams N           makes N calls on one connection, which must all be answered
    ids                 sends requests with ids that are reused, even, and wrapped around
    flood TENANT...     asks for a generation of each tenant at once, on one connection
    queue N STOP        opens N connections with a call on each; counts those that were answered when STOP is there

The last line of what it prints is its result: words and counts. The tests run it as another user; scripts/soak can do so for
hours.
"""

import collections
import os
import re
import resource
import select
import socket
import struct
import sys
import time

DIRECTORY = "reviewpack.v1.DirectoryService"
PACKS = "reviewpack.v1.ReviewPackService"
REQUEST, RESPONSE, DATA = 1, 2, 3


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, content):
    """A length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def frame(stream, kind, payload, flags=0):
    return struct.pack(">IIBB", len(payload), stream, kind, flags) + payload


def request(stream, service, method, message=b""):
    """A request frame: the envelope's fields 1, 2 and 3."""
    envelope = field(1, service.encode()) + field(2, method.encode()) + (field(3, message) if message else b"")
    return frame(stream, REQUEST, envelope)


WHO_AM_I = request(1, DIRECTORY, "WhoAmI")


class Connection:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(address)
        self.buffer = b""

    def send(self, content):
        self.socket.sendall(content)

    def receive(self):
        """The next frame as stream, kind and payload; None at the end."""
        while True:
            if len(self.buffer) >= 10:
                length, stream, kind, _ = struct.unpack(">IIBB", self.buffer[:10])
                if len(self.buffer) >= 10 + length:
                    payload, self.buffer = self.buffer[10 : 10 + length], self.buffer[10 + length :]
                    return stream, kind, payload
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionError:
                more = b""
            if not more:
                return None
            self.buffer += more


def outcome(payload):
    """The stable reason in a response envelope, or `ok`."""
    if not payload.startswith(b"\x0a"):
        return "ok"
    reasons = re.findall(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", payload)
    return reasons[0].decode() if reasons else "error"


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.02)


def summary(counts):
    return " ".join(f"{word}={count}" for word, count in sorted(counts.items())) or "nothing"


def connect(address, count, stop):
    held = []
    for _ in range(int(count)):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(address)
        held.append(connection)
    wait_for(stop)
    return f"connected={len(held)}"


def half(address, count):
    held = [Connection(address) for _ in range(int(count))]
    for index, connection in enumerate(held):
        connection.socket.settimeout(60)
        # Inside the header, at its end, inside the payload.
        connection.send(WHO_AM_I[: (3, 10, 20)[index % 3]])
    began = time.monotonic()
    ends = [connection.receive() for connection in held]
    return f"closed={ends.count(None)} seconds={int(time.monotonic() - began)}"


def trickle(address):
    connection = Connection(address)
    for byte in WHO_AM_I:
        connection.send(bytes([byte]))
        time.sleep(0.03)
    answer = connection.receive()
    return outcome(answer[2]) if answer else "closed"


def unread(address, count, stop):
    held = [Connection(address).socket for _ in range(int(count))]
    for each in held:
        each.setblocking(False)
    # What is not sent yet, and the next call's number, of each connection.
    unsent, numbers, sent = dict.fromkeys(held, b""), dict.fromkeys(held, 0), 0
    while not os.path.exists(stop):
        for ready in select.select([], list(unsent), [], 0.02)[1]:
            if not unsent[ready]:
                first = numbers[ready]
                numbers[ready] += 20
                calls = (request(2 * n + 1, DIRECTORY, "ListTenants", b"\x10\xe8\x07") for n in range(first, first + 20))
                unsent[ready] = b"".join(calls)
            try:
                gone = ready.send(unsent[ready])
            except ConnectionError:
                del unsent[ready]
                continue
            sent += gone
            unsent[ready] = unsent[ready][gone:]
    return f"connections={len(unsent)} sent={sent}"


def streams(address, count):
    connection, counts, opened, window = Connection(address), collections.Counter(), 0, 100
    while sum(counts.values()) < int(count):
        batch = min(window, int(count) - opened)
        connection.send(b"".join(request(2 * n + 1, DIRECTORY, "WhoAmI") for n in range(opened, opened + batch)))
        opened += batch
        for _ in range(batch):
            answer = connection.receive()
            if answer is None:
                return summary(counts) + " closed"
            counts[outcome(answer[2])] += 1
    return summary(counts)


def ids(address):
    connection, results = Connection(address), []
    for stream in (5, 5, 3, 2, 0, 0xFFFFFFFE, 7, 0xFFFFFFFF, 1, 9):
        connection.send(request(stream, DIRECTORY, "WhoAmI"))
        answer = connection.receive()
        if answer is None or answer[0] != stream:
            return " ".join(results) + " closed"
        results.append(f"{stream}={outcome(answer[2])}")
    return " ".join(results)


def flood(address, *tenants):
    connection, counts = Connection(address), collections.Counter()
    for number, tenant in enumerate(tenants):
        connection.send(request(2 * number + 1, PACKS, "Generate", field(1, tenant.encode())))
    for _ in tenants:
        answer = connection.receive()
        if answer is None:
            return summary(counts) + " closed"
        counts[outcome(answer[2])] += 1
    return summary(counts)


def queue(address, count, stop):
    held = [Connection(address) for _ in range(int(count))]
    for connection in held:
        connection.send(WHO_AM_I)
    print("queued", flush=True)
    wait_for(stop)
    counts = collections.Counter()
    for connection in held:
        answer = connection.receive()
        counts[outcome(answer[2]) if answer else "closed"] += 1
    return summary(counts)


ATTACKS = {attack.__name__: attack for attack in (connect, half, trickle, unread, streams, ids, flood, queue)}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in ATTACKS:
        sys.exit(__doc__)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(ATTACKS[sys.argv[2]](sys.argv[1], *sys.argv[3:]))
