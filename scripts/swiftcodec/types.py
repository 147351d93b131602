"""The public half of a file: structs, enumerations and their fields, without a word of C."""

from . import names
from .kinds import Time
from .schema import Oneof
from .source import Source


def render(file, model_import):
    source = Source(file.name)
    if any(_uses_time(m) for m in file.messages):
        # Messages that tests alone see are no public declarations: they hang in a namespace of the test target.
        is_product = not any(line.startswith("@testable") for line in model_import)
        source.line("public import Domain" if is_product else "import Domain")
    for line in model_import:
        # Testable imports are a group of their own, as swift-format has it.
        if line.startswith("@testable"):
            source.blank()
        source.line(line)
    source.blank()
    source.open(f"extension {file.namespace}")
    for enum in file.enums:
        _enum(source, enum)
    for message in file.messages:
        _message(source, message)
    source.close()
    return source.text()


def _uses_time(message):
    return any(isinstance(f.kind, Time) for f in message.fields) or any(_uses_time(m) for m in message.messages)


def _enum(source, enum):
    name = enum.swift_name
    source.blank()
    source.doc(enum.doc)
    source.open(f"public struct {name}: WireEnum")
    source.line("public let rawValue: Int32")
    source.blank()
    source.line("public init(rawValue: Int32) { self.rawValue = rawValue }")
    source.blank()
    for swift, _, number, doc in enum.values:
        source.doc(doc)
        source.line(f"public static let {names.escaped(swift)} = {name}(rawValue: {number})")
    source.blank()
    source.line(f"public static let known: [(value: {name}, word: String)] = [")
    for swift, word, _, _ in enum.values:
        source.line(f'    (.{swift}, "{word}"),')
    source.line("]")
    source.close()


def _message(source, message):
    source.blank()
    source.doc(message.doc)
    source.open(f"public struct {message.swift_name}: WireMessage")
    source.line(f'public static var fullName: String {{ "{message.full_name}" }}')
    source.blank()
    for member in message.members:
        source.doc(member.doc)
        declaration = f"public var {names.escaped(member.swift)}: {_type(member)}"
        if _default(member) == "nil":
            source.line(declaration)
        else:
            source.assign(declaration, _default(member))
    source.blank()
    source.line("public init() {}")
    if message.members:
        _memberwise(source, message)
    _visit(source, message)
    for oneof in message.oneofs:
        if not oneof.is_presence:
            _oneof(source, oneof)
    for enum in message.enums:
        _enum(source, enum)
    for nested in message.messages:
        _message(source, nested)
    source.close()


def _type(member):
    if isinstance(member, Oneof):
        return member.swift_type + "?"
    if member.is_map:
        return "[String: String]"
    if member.repeated:
        return f"[{member.kind.swift}]"
    return member.kind.swift + ("?" if member.oneof or member.kind.optional else "")


def _default(member):
    kind = _type(member)
    if kind.endswith("?"):
        return "nil"
    if member.is_map:
        return "[:]"
    return "[]" if member.repeated else member.kind.default


def _memberwise(source, message):
    source.blank()
    parameters = [f"{m.swift}: {_type(m)} = {_default(m)}" for m in message.members]
    source.call("public init", parameters, " {")
    source.depth += 1
    for member in message.members:
        source.line(f"self.{member.swift} = {names.escaped(member.swift)}")
    source.close()


def _visit(source, message):
    source.blank()
    if not message.fields:
        source.line("public func visitFields(_ visitor: inout some FieldVisitor) {}")
        return
    source.open("public func visitFields(_ visitor: inout some FieldVisitor)")
    for field in message.fields:
        value = names.escaped(field.swift)
        if field.oneof and not field.oneof.is_presence:
            pattern = f"if case .{field.swift}(let value)? = {names.escaped(field.oneof.swift)}"
            source.open(pattern)
            source.line(f'visitor.visit("{field.name}", {field.kind.show("value")})')
            source.depth -= 1
            source.line("} else {")
            source.depth += 1
            source.line(f'visitor.visit("{field.name}", .absent)')
            source.close()
            continue
        if field.is_map:
            shown = f".map({value})"
        elif field.repeated:
            shown = f".list({value}.map {{ {field.kind.show('$0')} }})"
        elif field.oneof or field.kind.optional:
            shown = f".optional({value}) {{ {field.kind.show('$0')} }}"
        else:
            shown = field.kind.show(value)
        source.line(f'visitor.visit("{field.name}", {shown})')
    source.close()


def _oneof(source, oneof):
    source.blank()
    source.doc(oneof.doc)
    source.open(f"public enum {oneof.swift_type}: Sendable, Equatable")
    for member in oneof.members:
        source.doc(member.doc)
        source.line(f"case {names.escaped(member.swift)}({member.kind.swift})")
    source.close()
