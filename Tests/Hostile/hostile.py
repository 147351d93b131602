"""Clients of reviewpackd that behave badly, on nothing but sockets and Python's standard library.

usage: hostile.py SOCKET ATTACK [ARGUMENT...]

    connect N STOP      opens N connections and opens each that was closed again, until the file STOP is there
    hold N STOP         has N connections that are served, until STOP is there
    half N              begins a frame on N served connections, says no more, tries one more connection, and waits until each
                        was closed
    trickle N PAUSE STOP
                        sends a request on N connections at once, the last bytes of it one by one with PAUSE seconds before
                        each, and reads the answers; again and again until STOP is there
    announce N SENT STOP
                        announces a message of 4 MiB on N connections and sends only SENT bytes of it, until STOP is there
    unread N STOP       on N connections: sends calls without end and reads nothing, until STOP is there
    streams N           makes N calls on one connection, which must all be answered
    ids                 sends requests with ids that are reused, even, and wrapped around
    flood TENANT...     asks for a generation of each tenant at once, on one connection
    storm N METHOD MESSAGE[,MESSAGE] STOP
                        keeps N calls of SERVICE/NAME under way on four connections, with the messages (hexadecimal) in turn,
                        until STOP is there
    names TENANT MIB    imports a report of MIB mebibytes in which every value names somebody

Those that go on until STOP is there print `begun` when the attack stands. The last line of what each prints is its result: words
and counts. The tests run it as another user; scripts/soak can do so for hours.
"""

import array
import collections
import fcntl
import os
import re
import resource
import select
import socket
import struct
import sys
import termios
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
        """Sends all of it; on a closed connection nothing, and the end is what `receive` gives."""
        try:
            self.socket.sendall(content)
        except ConnectionError:
            pass

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


def begun():
    """Tells who started this that the attack stands."""
    print("begun", flush=True)


def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.02)


def summary(counts):
    return " ".join(f"{word}={count}" for word, count in sorted(counts.items())) or "nothing"


def served(address):
    """A connection that the server has taken: one over a share is closed, and opened again until there is room."""
    while True:
        connection = Connection(address)
        if first_answer(connection) == "ok":
            return connection
        connection.socket.close()


def first_answer(connection):
    connection.send(WHO_AM_I)
    return next_outcome(connection)


def next_outcome(connection):
    answer = connection.receive()
    return outcome(answer[2]) if answer else "closed"


def connect(address, count, stop):
    held, reopened, hangups = {}, 0, select.epoll()

    def open_one():
        connection = socket.socket(socket.AF_UNIX)
        # Waits while the queue is full.
        connection.connect(address)
        held[connection.fileno()] = connection
        hangups.register(connection, select.EPOLLRDHUP)

    for _ in range(int(count)):
        open_one()
    begun()
    while not os.path.exists(stop):
        for descriptor, _ in hangups.poll(0.02, 100):
            held.pop(descriptor).close()
            open_one()
            reopened += 1
    return f"connected={len(held)} reopened={reopened}"


def hold(address, count, stop):
    held = [served(address) for _ in range(int(count))]
    begun()
    wait_for(stop)
    return f"held={len(held)}"


def half(address, count):
    held = [served(address) for _ in range(int(count))]
    for index, connection in enumerate(held):
        connection.socket.settimeout(60)
        # Inside the header, at its end, inside the payload.
        connection.send(WHO_AM_I[: (3, 10, 20)[index % 3]])
    further = first_answer(Connection(address))
    begun()
    ends = [connection.receive() for connection in held]
    return f"closed={ends.count(None)} further={further}"


def trickle(address, count, pause, stop):
    held, counts, stream, last = [served(address) for _ in range(int(count))], collections.Counter(), 3, 3
    begun()
    while True:
        call = request(stream, DIRECTORY, "WhoAmI")
        stream += 2
        for connection in held:
            connection.send(call[:-last])
        for index in range(len(call) - last, len(call)):
            time.sleep(float(pause))
            for connection in held:
                connection.send(call[index : index + 1])
        counts.update(next_outcome(connection) for connection in held)
        if os.path.exists(stop):
            return f"connections={len(held)} " + ",".join(sorted(counts))


def announce(address, count, sent, stop):
    held, size = [served(address) for _ in range(int(count))], 4 << 20
    for connection in held:
        connection.send(struct.pack(">IIBB", size, 3, REQUEST, 0) + bytes(int(sent)))
    begun()
    wait_for(stop)
    # Those for which there was no room have heard so.
    answered = [connection for connection in held if select.select([connection.socket], [], [], 0)[0]]
    return f"announced={len(held)} " + summary(collections.Counter(map(next_outcome, answered)))


def unread(address, count, stop):
    held = [Connection(address).socket for _ in range(int(count))]
    for each in held:
        each.setblocking(False)
    # What is not sent yet, and the next call's number, of each connection.
    unsent, numbers, sent, stands = dict.fromkeys(held, b""), dict.fromkeys(held, 0), 0, False
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
        # Some thousand calls: the queues are full, and whoever answers has nobody who reads.
        if not stands and sent >= 1_000_000:
            stands = True
            begun()
    return f"connections={len(unsent)} sent={sent} unread={sum(map(waiting, unsent))}"


def waiting(connection):
    """How many bytes came that nobody has read."""
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.FIONREAD, count)
    return count[0]


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


def storm(address, count, method, messages, stop):
    service, name = method.split("/")
    messages = [bytes.fromhex(message) for message in messages.split(",")]
    counts, numbers, polls = collections.Counter(), {}, select.epoll()

    def call(connection):
        numbers[connection] += 1
        message = messages[numbers[connection] % len(messages)]
        connection.send(request(2 * numbers[connection] + 1, service, name, message))

    held = {}
    for _ in range(4):
        connection = served(address)
        held[connection.socket.fileno()] = connection
        numbers[connection] = 0
        polls.register(connection.socket, select.EPOLLIN)
        for _ in range(int(count) // 4):
            call(connection)
    begun()
    while not os.path.exists(stop):
        for descriptor, _ in polls.poll(0.02):
            counts[next_outcome(held[descriptor])] += 1
            call(held[descriptor])
    return summary(counts)


def names(address, tenant, mebibytes):
    connection, remote_closed, remote_open, no_data = Connection(address), 1, 2, 4
    envelope = field(1, b"reviewpack.v1.IngestService") + field(2, b"ImportReport")
    connection.send(frame(1, REQUEST, envelope, remote_open))
    header = field(1, tenant.encode()) + b"\x10\x01"
    connection.send(frame(1, DATA, field(1, header)))
    size = int(mebibytes) << 20
    people = (b'"%x@example"' % (number * 2654435761 % (1 << 32)) for number in range(size // 17))
    report = b'{"mail":[' + b",".join(people) + b"]}"
    begun()
    for start in range(0, len(report), 1 << 18):
        connection.send(frame(1, DATA, field(2, report[start : start + (1 << 18)])))
    connection.send(frame(1, DATA, b"", remote_closed | no_data))
    return next_outcome(connection)


ATTACKS = {
    attack.__name__: attack
    for attack in (connect, hold, half, trickle, announce, unread, streams, ids, flood, storm, names)
}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in ATTACKS:
        sys.exit(__doc__)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(ATTACKS[sys.argv[2]](sys.argv[1], *sys.argv[3:]))
