#!/usr/bin/python3
"""A client of reviewpackd in one file: Python's standard library and protobuf's Python runtime.

    reviewpack_client.py [--address PATH] list [TENANT]
    reviewpack_client.py [--address PATH] get PACK
    reviewpack_client.py [--address PATH] download PACK [-O FILE]

On Debian: apt-get install python3-protobuf protobuf-compiler

It shows what it takes to speak with the daemon from any language: the messages of Protos/ (read by protoc when the
program starts, so nothing generated has to be kept), and the ttrpc frames below. Docs/PROTOCOL.md has the rest.
"""

import argparse
import contextlib
import hashlib
import os
import socket
import struct
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# A frame (ttrpc 1.2): payload length, stream id, type, flags; integers big endian; then the payload.
FRAME_HEADER = struct.Struct(">IIBB")
MAXIMUM_PAYLOAD = 4 << 20
REQUEST, RESPONSE, DATA = 1, 2, 3
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 0x01, 0x02, 0x04

DEFAULT_ADDRESS = "/run/reviewpack/reviewpack.sock"
PROTOS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Protos")


class Schema:
    """The message classes of the .proto files in a folder, by full name: schema["reviewpack.v1.Pack"]."""

    FILES = ["ttrpc/ttrpc.proto", "google/rpc/error_details.proto", "reviewpack/v1/pack.proto"]

    def __init__(self, folder):
        with tempfile.TemporaryDirectory() as scratch:
            output = os.path.join(scratch, "descriptors.binpb")
            subprocess.run(
                ["protoc", "-I", folder, "-I", "/usr/include", "--include_imports", "--descriptor_set_out", output]
                + self.FILES,
                check=True,
            )
            with open(output, "rb") as file:
                descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptors.file:  # protoc lists a file after those that it imports
            self.pool.Add(file)
        self.factory = message_factory.MessageFactory(self.pool)

    def __getitem__(self, name):
        descriptor = self.pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):  # protobuf 4.22 and later
            return message_factory.GetMessageClass(descriptor)
        return self.factory.GetPrototype(descriptor)

    def word(self, message, field):
        """The name of an enumeration's value, in lower case and without its type: `ready` for PACK_STATUS_READY."""
        values = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number
        number = getattr(message, field)
        prefix = os.path.commonprefix([value.name for value in values.values()])
        return values[number].name[len(prefix) :].lower() if number in values else "unknown"


class CallFailed(Exception):
    """The daemon answered with a status that is not OK."""

    def __init__(self, schema, status):
        self.code = status.code
        self.reason = None
        for detail in status.details:
            if detail.type_url.endswith("/google.rpc.ErrorInfo"):
                self.reason = schema["google.rpc.ErrorInfo"].FromString(detail.value).reason
        super().__init__("%s (code %d, reason %s)" % (status.message, status.code, self.reason))


class Connection:
    """A connection that makes one call at a time."""

    def __init__(self, address, schema):
        self.schema = schema
        self.next_stream = 1  # a client's stream ids are odd and rise
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)  # a daemon that hangs must not hold its caller
        try:
            self.socket.connect(address)
        except OSError as error:
            raise ConnectionError("cannot connect to %s: %s" % (address, error.strerror or error)) from error
        self.reader = self.socket.makefile("rb")

    def close(self):
        self.reader.close()
        self.socket.close()

    def unary(self, method, request, response_name):
        """Sends one message and returns the answer as a message of that name."""
        stream = self._open(method, request)
        kind, _, payload = self._receive(stream)
        if kind != RESPONSE:
            raise ConnectionError("expected a response, got a frame of type %d" % kind)
        return self.schema[response_name].FromString(self._result(payload))

    def server_stream(self, method, request, response_name):
        """Sends one message and yields the messages that the daemon sends."""
        response = self.schema[response_name]
        stream = self._open(method, request)
        while True:
            kind, flags, payload = self._receive(stream)
            if kind == RESPONSE:  # ends the stream: with an error, or with a status of OK
                self._result(payload)
                return
            if not flags & NO_DATA:  # without that flag even an empty payload is a message
                yield response.FromString(payload)
            if flags & REMOTE_CLOSED:
                return

    def _open(self, method, request):
        service, name = method.rsplit("/", 1)
        envelope = self.schema["ttrpc.Request"](service=service, method=name, payload=request.SerializeToString())
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        payload = envelope.SerializeToString()
        # Remote closed: this side sends no messages after the request.
        self.socket.sendall(FRAME_HEADER.pack(len(payload), stream, REQUEST, REMOTE_CLOSED) + payload)
        return stream

    def _receive(self, stream):
        length, of_stream, kind, flags = FRAME_HEADER.unpack(self._read(FRAME_HEADER.size))
        if length > MAXIMUM_PAYLOAD or of_stream != stream:
            raise ConnectionError("a frame of %d bytes for stream %d was not expected" % (length, of_stream))
        return kind, flags, self._read(length)

    def _read(self, count):
        data = self.reader.read(count)
        if len(data) != count:
            raise ConnectionError("the daemon closed the connection")
        return data

    def _result(self, payload):
        envelope = self.schema["ttrpc.Response"].FromString(payload)
        if envelope.status.code != 0:
            raise CallFailed(self.schema, envelope.status)
        return envelope.payload


class ReviewPacks:
    """The calls that this client makes, as generators and plain values."""

    SERVICE = "reviewpack.v1.ReviewPackService/"

    def __init__(self, connection, schema):
        self.connection = connection
        self.schema = schema

    def list(self, tenant=None, page_size=0):
        """Every pack that the caller may view, following the pages; a page_size of 0 lets the daemon choose."""
        request = self.schema["reviewpack.v1.ListPacksRequest"](page_size=page_size)
        if tenant is not None:
            request.tenant = tenant
        while True:
            page = self.connection.unary(self.SERVICE + "List", request, "reviewpack.v1.ListPacksResponse")
            yield from page.packs
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def get(self, pack):
        request = self.schema["reviewpack.v1.GetPackRequest"](id=pack)
        return self.connection.unary(self.SERVICE + "Get", request, "reviewpack.v1.GetPackResponse").pack

    def download(self, pack):
        """Yields the header of the file and then its bytes, in parts."""
        request = self.schema["reviewpack.v1.IssueDownloadTokenRequest"](pack=pack)
        issued = self.connection.unary(
            self.SERVICE + "IssueDownloadToken", request, "reviewpack.v1.IssueDownloadTokenResponse"
        )
        request = self.schema["reviewpack.v1.DownloadRequest"](token=issued.token)
        parts = self.connection.server_stream(self.SERVICE + "Download", request, "reviewpack.v1.DownloadResponse")
        for part in parts:
            yield getattr(part, part.WhichOneof("part"))


def save(parts, path):
    """Writes a download to a file that gets its name only when its size and SHA-256 are right; returns the name."""
    header = next(parts)
    # The name comes from the other side: only its last part counts.
    path = path or os.path.basename(header.file_name)
    if os.path.exists(path):
        raise FileExistsError("%s exists already" % path)
    partial = path + ".part"
    digest = hashlib.sha256()
    # A file that somebody else left there is theirs: this fails and touches nothing.
    file = open(partial, "xb")
    try:
        with file:
            for part in parts:
                digest.update(part)
                file.write(part)
            size = file.tell()
        if size != header.size or digest.digest() != header.sha256:
            raise ConnectionError("the %d bytes received are not the file that was announced" % size)
        os.rename(partial, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
    return path


def describe(schema, pack):
    when = pack.generated_at.ToJsonString() if pack.HasField("generated_at") else "-"
    return "%s %s %s %s" % (pack.id, schema.word(pack, "status"), pack.tenant_external_id, when)


def main():
    parser = argparse.ArgumentParser(description="Lists and downloads review packs.")
    parser.add_argument("--address", default=os.environ.get("REVIEWPACK_ADDRESS", DEFAULT_ADDRESS))
    parser.add_argument("--protos", default=PROTOS, help="the folder of the project's .proto files")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("list")
    command.add_argument("tenant", nargs="?")
    command.add_argument("--page-size", type=int, default=0)
    command = commands.add_parser("get")
    command.add_argument("pack")
    command = commands.add_parser("download")
    command.add_argument("pack")
    command.add_argument("-O", "--output")
    arguments = parser.parse_args()

    schema = Schema(arguments.protos)
    with contextlib.closing(Connection(arguments.address, schema)) as connection:
        packs = ReviewPacks(connection, schema)
        if arguments.command == "list":
            for pack in packs.list(arguments.tenant, arguments.page_size):
                print(describe(schema, pack))
        elif arguments.command == "get":
            print(describe(schema, packs.get(arguments.pack)))
        else:
            print(save(packs.download(arguments.pack), arguments.output))


if __name__ == "__main__":
    try:
        main()
    except (CallFailed, OSError, subprocess.CalledProcessError) as error:
        sys.exit("reviewpack_client.py: %s" % error)
