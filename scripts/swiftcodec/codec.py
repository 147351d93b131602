"""The private half of a file: how each message is read from and written to the struct of protoc-c."""

from . import names
from .kinds import Bytes
from .schema import Oneof
from .source import Source


def render(file, imports):
    source = Source(file.name)
    for line in imports:
        # Testable imports are a group of their own, as swift-format has it.
        if line.startswith("@testable"):
            source.blank()
        # The initializers are public, as the protocol's are.
        source.line(line.replace("@testable import", "@testable public import"))
    for message in file.messages:
        _message(source, message)
    return source.text()


def _message(source, message):
    c_type = names.c_type(message.full_name)
    source.blank()
    source.open(f"extension {message.swift_path}")
    source.open("public init(serialized bytes: UnsafeRawBufferPointer, limits: WireLimits) throws(WireError)")
    source.line("self = try Self.decode(bytes, limits)")
    source.close()
    source.blank()
    _serialized(source, message)
    source.close()
    source.blank()
    source.open(f"extension {message.swift_path}: CBacked")
    source.open(f"static func initialize(_ c: UnsafeMutablePointer<{c_type}>)")
    source.line(f"{names.c_function(message.full_name)}__init(c)")
    source.close()
    source.blank()
    source.call(
        "init", [f"reading c: UnsafePointer<{c_type}>", "in arena: borrowing DecodingArena"], " throws(WireError) {")
    source.depth += 1
    source.line("self.init()")
    for member in message.members:
        if isinstance(member, Oneof):
            _read_oneof(source, message, member)
        else:
            _read(source, message, member)
    source.close()
    source.blank()
    source.call("func fill", [f"_ c: UnsafeMutablePointer<{c_type}>", "in arena: inout EncodingArena"], " {")
    if not message.members:
        source.lines[-1] += "}"
    else:
        source.depth += 1
        for member in message.members:
            if isinstance(member, Oneof):
                _write_oneof(source, member)
            else:
                _write(source, member)
        source.close()
    source.close()
    for nested in message.messages:
        _message(source, nested)


def _serialized(source, message):
    """`serialized()`, which lets protobuf-c read the longest bytes field in place."""
    plain = [m for m in message.members if not isinstance(m, Oneof) and isinstance(m.kind, Bytes) and not m.oneof]
    chosen = [
        (m, f) for m in message.members if isinstance(m, Oneof) for f in m.members if isinstance(f.kind, Bytes)
    ]
    if not plain and not chosen:
        source.line("public func serialized() -> [UInt8] { encode() }")
        return
    source.open("public func serialized() -> [UInt8]")
    if len(plain) > 1:
        source.line(f"var longest = {plain[0].swift}")
        for field in plain[1:]:
            source.line(f"if {field.swift}.count > longest.count {{ longest = {field.swift} }}")
    for oneof, field in chosen:
        source.line(
            f"if case .{field.swift}(let bytes)? = {oneof.swift} {{ return encode(readingInPlace: bytes) }}")
    if len(plain) > 1:
        source.line("return encode(readingInPlace: longest)")
    elif plain:
        source.line(("return " if chosen else "") + f"encode(readingInPlace: {plain[0].swift})")
    else:
        source.line("return encode()")
    source.close()


def _assign(source, target, expression, throws):
    source.assign(target, ("try " if throws else "") + expression)


def _read(source, message, field):
    c, label = f"c.pointee.{names.c_member(field.name)}", f"{message.full_name}.{field.name}"
    target = names.escaped(field.swift)
    if field.is_map:
        source.call(
            f"{target} = try arena.map",
            [f"c.pointee.n_{field.name.lower()}", c, f'"{label}"'], " { ($0.key, $0.value) }")
    elif field.repeated:
        count = f"c.pointee.n_{field.name.lower()}"
        _assign(source, target, field.kind.read_many(count, c, label), field.kind.throws)
    elif field.oneof:
        source.open(f"if c.pointee.{field.oneof.c_case}.rawValue == {field.number}")
        _assign(source, target, field.kind.read(c, label), field.kind.throws)
        source.close()
    else:
        _assign(source, target, field.kind.read(c, label), field.kind.throws)


def _read_oneof(source, message, oneof):
    target = names.escaped(oneof.swift)
    source.line(f"switch c.pointee.{oneof.c_case}.rawValue {{")
    for field in oneof.members:
        c, label = f"c.pointee.{names.c_member(field.name)}", f"{message.full_name}.{field.name}"
        read = ("try " if field.kind.throws else "") + field.kind.read(c, label)
        source.line(f"case {field.number}:")
        source.depth += 1
        if field.kind.optional:
            source.assign(target, f"{read}.map {{ .{field.swift}($0) }}")
        else:
            source.assign(target, f".{field.swift}({read})")
        source.depth -= 1
    source.line("default:")
    source.line("    break")
    source.line("}")


def _write(source, field):
    c, value = f"c.pointee.{names.c_member(field.name)}", names.escaped(field.swift)
    if field.is_map:
        source.line(f"c.pointee.n_{field.name.lower()} = {value}.count")
        source.line(f"{c} = arena.map({value}) {{ entry, key, value in")
        source.line(f"    {names.c_function(field.map_entry)}__init(entry)")
        source.line("    entry.pointee.key = key")
        source.line("    entry.pointee.value = value")
        source.line("}")
    elif field.repeated:
        source.line(f"c.pointee.n_{field.name.lower()} = {value}.count")
        _assign(source, c, field.kind.write_many(value), False)
    elif field.oneof:
        source.open(f"if let {value}")
        source.line(f"c.pointee.{field.oneof.c_case} = .init(rawValue: {field.number})")
        _assign(source, c, field.kind.write(value), False)
        source.close()
    else:
        _assign(source, c, field.kind.write(value), False)


def _write_oneof(source, oneof):
    source.line(f"switch {names.escaped(oneof.swift)} {{")
    for field in oneof.members:
        source.line(f"case .{field.swift}(let value):")
        source.line(f"    c.pointee.{oneof.c_case} = .init(rawValue: {field.number})")
        source.line(f"    c.pointee.{names.c_member(field.name)} = {field.kind.write('value')}")
    source.line("case nil:")
    source.line("    break")
    source.line("}")
