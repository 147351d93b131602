"""Kinds of fields: for each the Swift type, and the expressions that read it from C, write it to C and show it."""

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as FD

from . import names

TIMESTAMP = "google.protobuf.Timestamp"


class Unsupported(Exception):
    """A construct that protoc-c or the Swift runtime cannot carry."""


class Scalar:
    """A number whose C and Swift types are the same."""

    repeatable = True
    throws = False
    optional = False

    def __init__(self, swift):
        self.swift = swift
        self.default = "0"

    def read(self, c, label):
        return c

    def write(self, value):
        return value

    def show(self, value):
        case, wide = {
            "Double": ("double", "Double"), "UInt32": ("unsigned", "UInt64"), "UInt64": ("unsigned", "UInt64"),
        }.get(self.swift, ("signed", "Int64"))
        return f".{case}({value})" if wide == self.swift else f".{case}({wide}({value}))"

    def read_many(self, count, c, label):
        return f"[{self.swift}](UnsafeBufferPointer(start: {c}, count: {count}))"

    def write_many(self, values):
        return f"arena.scalars({values})"


class Bool(Scalar):
    """A C int that is not 0 when true."""

    def __init__(self):
        self.swift = "Bool"
        self.default = "false"

    def read(self, c, label):
        return f"{c} != 0"

    def write(self, value):
        return f"{value} ? 1 : 0"

    def show(self, value):
        return f".bool({value})"

    def read_many(self, count, c, label):
        return f"UnsafeBufferPointer(start: {c}, count: {count}).map {{ $0 != 0 }}"

    def write_many(self, values):
        return f"arena.scalars({values}.map {{ $0 ? 1 : 0 }})"


class Enumeration(Scalar):
    """A C enum, imported as a struct over UInt32: -1 on the wire is 4294967295 there."""

    def __init__(self, swift, c_type):
        self.swift = swift
        self.c_type = c_type
        self.default = ".init(rawValue: 0)"

    def read(self, c, label):
        return f"{self.swift}(rawValue: Int32(bitPattern: {c}.rawValue))"

    def write(self, value):
        return f"{self.c_type}(rawValue: UInt32(bitPattern: {value}.rawValue))"

    def show(self, value):
        return f".enumeration({value})"

    def read_many(self, count, c, label):
        return f"arena.enumerations({count}, {c})"

    def write_many(self, values):
        return f"arena.enumerations({values})"


class Text(Scalar):
    throws = True

    def __init__(self):
        self.swift = "String"
        self.default = '""'

    def read(self, c, label):
        return f'arena.string({c}, "{label}")'

    def write(self, value):
        return f"arena.string({value})"

    def show(self, value):
        return f".string({value})"

    def read_many(self, count, c, label):
        return f'arena.strings({count}, {c}, "{label}")'

    def write_many(self, values):
        return f"arena.strings({values})"


class Bytes(Scalar):
    repeatable = False

    def __init__(self):
        self.swift = "[UInt8]"
        self.default = "[]"

    def read(self, c, label):
        return f"arena.bytes({c})"

    def write(self, value):
        return f"arena.bytes({value})"

    def show(self, value):
        return f".bytes({value})"


class Submessage(Scalar):
    throws = True
    optional = True

    def __init__(self, swift):
        self.swift = swift

    def read(self, c, label):
        return f"arena.message({c})"

    def write(self, value):
        return f"arena.message({value})"

    def show(self, value):
        return f".message({value})"

    def read_many(self, count, c, label):
        return f"arena.messages({count}, {c})"

    def write_many(self, values):
        return f"arena.messages({values})"


class Time(Scalar):
    repeatable = False
    throws = True
    optional = True

    def __init__(self):
        self.swift = "UnixMillis"

    def read(self, c, label):
        return f'arena.time({c}, "{label}")'

    def write(self, value):
        return f"arena.time({value})"

    def show(self, value):
        return f".time({value})"


NUMBERS = {
    FD.TYPE_DOUBLE: "Double",
    FD.TYPE_INT32: "Int32", FD.TYPE_SINT32: "Int32", FD.TYPE_SFIXED32: "Int32",
    FD.TYPE_INT64: "Int64", FD.TYPE_SINT64: "Int64", FD.TYPE_SFIXED64: "Int64",
    FD.TYPE_UINT32: "UInt32", FD.TYPE_FIXED32: "UInt32",
    FD.TYPE_UINT64: "UInt64", FD.TYPE_FIXED64: "UInt64",
}


def kind_of(field, type_name, swift_types, where):
    if field.type in NUMBERS:
        return Scalar(NUMBERS[field.type])
    if field.type == FD.TYPE_BOOL:
        return Bool()
    if field.type == FD.TYPE_STRING:
        return Text()
    if field.type == FD.TYPE_BYTES:
        return Bytes()
    if field.type == FD.TYPE_ENUM:
        return Enumeration(swift_types[type_name], names.c_type(type_name))
    if field.type == FD.TYPE_MESSAGE and type_name == TIMESTAMP:
        return Time()
    if field.type == FD.TYPE_MESSAGE:
        return Submessage(swift_types[type_name])
    raise Unsupported(f"{where}: fields of this type have no codec")
