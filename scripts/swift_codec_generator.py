#!/usr/bin/python3
"""Writes the Swift side of the messages from a descriptor set with source info.

usage: swift_codec_generator.py [--c-module NAME] [--import LINE]... [--namespace PACKAGE=NAME]...
           DESCRIPTOR_SET OUTPUT_DIR PROTO...

For each named .proto file: `<stem>.swift` with the value types and `<stem>+codec.swift` with their codec over
protobuf-c; for a file with services, `<stem>.swift` with the method descriptors, and `Methods.swift` with
the list of all methods.
"""

import argparse
import pathlib
import sys

from google.protobuf.descriptor_pb2 import FileDescriptorSet

sys.dont_write_bytecode = True

from swiftcodec import codec, methods, names, types  # noqa: E402
from swiftcodec.kinds import Unsupported  # noqa: E402
from swiftcodec.schema import Schema  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("descriptor_set", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--c-module", default="CReviewPackProto", help="the C module that holds protoc-c's structs")
    parser.add_argument("--import", dest="imports", action="append", default=[], help="a further import line")
    parser.add_argument("--namespace", action="append", default=[], help="the Swift enum for a further package")
    parser.add_argument("protos", nargs="+")
    options = parser.parse_args()

    names.NAMESPACES.update(pair.split("=", 1) for pair in options.namespace)
    schema = Schema(FileDescriptorSet.FromString(options.descriptor_set.read_bytes()))
    files = [schema.files[name] for name in options.protos]
    for file in files:
        if file.services:
            write(options.output, f"{file.stem}.swift", methods.render(file))
        if file.messages or file.enums:
            write(options.output, f"{file.stem}.swift", types.render(file, options.imports))
        if file.messages:
            imports = [f"internal import {options.c_module}"] + options.imports
            write(options.output, f"{file.stem}+codec.swift", codec.render(file, imports))
    with_services = [file for file in files if file.services]
    if with_services:
        write(options.output, "Methods.swift", methods.render_all(with_services))


def write(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Unsupported as error:
        sys.exit(f"swift_codec_generator: {error}")
