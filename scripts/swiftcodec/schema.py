"""The schema: the part of a descriptor set that Swift code is written from, checked to be within what we support."""

from dataclasses import dataclass, field

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as FD
from google.protobuf.descriptor_pb2 import MethodOptions

from . import names
from .kinds import Unsupported, kind_of

# Own words for types whose .proto file is not ours.
FOREIGN_DOCS = {
    "google.protobuf.Any": ["Any message, serialised and named."],
    "google.protobuf.Any.type_url": [
        "A URL whose last path segment is the full name of the type, `type.googleapis.com/google.rpc.ErrorInfo`.",
    ],
    "google.protobuf.Any.value": ["The serialised message."],
}


@dataclass
class Field:
    name: str
    number: int
    doc: list
    kind: object
    repeated: bool = False
    is_map: bool = False
    map_entry: str = ""
    # The oneof that gives the field presence, or that it shares with others; None for a plain field.
    oneof: object = None

    @property
    def swift(self):
        return names.lower_camel(self.name)


@dataclass
class Oneof:
    name: str
    doc: list
    members: list = field(default_factory=list)

    @property
    def is_presence(self):
        """Whether this oneof exists only to give one scalar field presence, which protoc-c has no other way for."""
        return self.name.startswith("_") and len(self.members) == 1

    @property
    def swift(self):
        return names.lower_camel(self.name)

    @property
    def swift_type(self):
        return names.upper_camel(self.name)

    @property
    def c_case(self):
        return self.name.lower() + "_case"


@dataclass
class Enum:
    full_name: str
    swift_name: str
    doc: list
    values: list  # of (swift name, word, number, doc)


@dataclass
class Message:
    full_name: str
    swift_path: str
    doc: list
    fields: list
    oneofs: list
    messages: list
    enums: list

    @property
    def swift_name(self):
        return self.swift_path.rsplit(".", 1)[1]

    @property
    def members(self):
        """Fields and multi-field oneofs in order of declaration, each once."""
        seen, out = set(), []
        for item in self.fields:
            owner = item.oneof if item.oneof and not item.oneof.is_presence else item
            if id(owner) not in seen:
                seen.add(id(owner))
                out.append(owner)
        return out


@dataclass
class Method:
    service: str
    service_name: str
    name: str
    doc: list
    request: str
    response: str
    kind: str
    is_idempotent: bool


@dataclass
class File:
    name: str
    namespace: str
    messages: list
    enums: list
    services: list  # of (full name, doc, [Method])

    @property
    def stem(self):
        return self.name.removesuffix(".proto").replace("/", "_")


class Schema:
    """All files of a descriptor set by name, with every type reference resolved."""

    def __init__(self, descriptor_set):
        self.swift_types = {}
        for proto in descriptor_set.file:
            namespace = names.NAMESPACES.get(proto.package)
            if not namespace:
                raise Unsupported(f"{proto.name}: no Swift namespace for package {proto.package}")
            for item in list(proto.message_type) + list(proto.enum_type):
                self._name_types(proto.package, namespace, item)
        self.files = {proto.name: self._file(proto) for proto in descriptor_set.file}
        self._document_calls()
        self._refuse_recursion(descriptor_set)

    def _document_calls(self):
        """Messages without a comment get the call that they belong to."""
        messages = {m.swift_path: m for file in self.files.values() for m in file.messages}
        for file in self.files.values():
            for _, _, methods in file.services:
                for method in methods:
                    for path, role in ((method.request, "request"), (method.response, "response")):
                        messages[path].doc = messages[path].doc or [
                            f"The {role} of `{method.service_name}.{method.name}`."]

    def _name_types(self, scope, swift_scope, item):
        full_name = f"{scope}.{item.name}"
        self.swift_types[full_name] = f"{swift_scope}.{names.TYPE_NAMES.get(full_name, item.name)}"
        for nested in list(getattr(item, "nested_type", [])) + list(getattr(item, "enum_type", [])):
            self._name_types(full_name, self.swift_types[full_name], nested)

    def _file(self, proto):
        if proto.syntax != "proto3":
            raise Unsupported(f"{proto.name}: only proto3")
        docs = Docs(proto)
        messages = [
            self._message(f"{proto.package}.{m.name}", m, docs, (4, i)) for i, m in enumerate(proto.message_type)
        ]
        enums = [self._enum(f"{proto.package}.{e.name}", e, docs, (5, i)) for i, e in enumerate(proto.enum_type)]
        services = [self._service(proto, s, docs, (6, i)) for i, s in enumerate(proto.service)]
        return File(proto.name, names.NAMESPACES[proto.package], messages, enums, services)

    def _message(self, full_name, proto, docs, path):
        oneofs = [
            Oneof(o.name, docs.at(path + (8, i), f"{full_name}.{o.name}")) for i, o in enumerate(proto.oneof_decl)
        ]
        entries = {f"{full_name}.{n.name}": n for n in proto.nested_type if n.options.map_entry}
        fields = [
            self._field(full_name, f, oneofs, entries, docs.at(path + (2, i), f"{full_name}.{f.name}"))
            for i, f in enumerate(proto.field)
        ]
        return Message(
            full_name, self.swift_types[full_name], docs.at(path, full_name), fields, oneofs,
            [
                self._message(f"{full_name}.{n.name}", n, docs, path + (3, i))
                for i, n in enumerate(proto.nested_type) if not n.options.map_entry
            ],
            [self._enum(f"{full_name}.{e.name}", e, docs, path + (4, i)) for i, e in enumerate(proto.enum_type)],
        )

    def _field(self, message, proto, oneofs, entries, doc):
        where = f"{message}.{proto.name}"
        if proto.proto3_optional:
            raise Unsupported(f"{where}: protoc-c knows no proto3 optional; use a one-field oneof named _{proto.name}")
        repeated = proto.label == FD.LABEL_REPEATED
        type_name = proto.type_name.lstrip(".")
        entry = entries.get(type_name)
        if entry and [f.type for f in entry.field] != [FD.TYPE_STRING, FD.TYPE_STRING]:
            raise Unsupported(f"{where}: only maps from string to string")
        kind = None if entry else kind_of(proto, type_name, self.swift_types, where)
        if repeated and kind and not kind.repeatable:
            raise Unsupported(f"{where}: repeated fields of this type have no codec")
        result = Field(proto.name, proto.number, doc, kind, repeated, bool(entry), type_name if entry else "")
        if proto.HasField("oneof_index"):
            result.oneof = oneofs[proto.oneof_index]
            result.oneof.members.append(result)
            if result.oneof.is_presence and not doc:
                # A comment before `oneof _limit { uint32 limit = 9; }` is meant for the field.
                result.doc = result.oneof.doc
        return result

    def _enum(self, full_name, proto, docs, path):
        prefix = names.upper_snake(proto.name) + "_"
        values = []
        for i, value in enumerate(proto.value):
            if value.number < 0:
                raise Unsupported(f"{full_name}.{value.name}: negative values change the C type of the enum")
            short = value.name.removeprefix(prefix)
            doc = docs.at(path + (2, i), f"{full_name}.{value.name}")
            values.append((names.lower_camel(short), short.lower(), value.number, doc))
        return Enum(full_name, self.swift_types[full_name].rsplit(".", 1)[1], docs.at(path, full_name), values)

    def _service(self, proto, service, docs, path):
        full_name = f"{proto.package}.{service.name}"
        kinds = {
            (False, False): "unary", (True, False): "clientStreaming", (False, True): "serverStreaming",
        }
        for m in service.method:
            if m.client_streaming and m.server_streaming:
                raise Unsupported(f"{full_name}.{m.name}: no method streams both ways")
        return full_name, docs.at(path, full_name), [
            Method(
                full_name, service.name, m.name, docs.at(path + (2, i), f"{full_name}.{m.name}"),
                self.swift_types[m.input_type.lstrip(".")], self.swift_types[m.output_type.lstrip(".")],
                kinds[m.client_streaming, m.server_streaming],
                m.options.idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN,
            )
            for i, m in enumerate(service.method)
        ]

    def _refuse_recursion(self, descriptor_set):
        """protobuf-c unpacks by recursion without a limit, so a recursive type would let input pick the depth."""
        children = {}

        def collect(scope, proto):
            full_name = f"{scope}.{proto.name}"
            children[full_name] = {f.type_name.lstrip(".") for f in proto.field if f.type == FD.TYPE_MESSAGE}
            for nested in proto.nested_type:
                collect(full_name, nested)

        for proto in descriptor_set.file:
            for message in proto.message_type:
                collect(proto.package, message)

        def walk(name, above):
            if name in above:
                raise Unsupported(f"{name} is recursive")
            for child in children[name]:
                walk(child, above | {name})

        for name in children:
            walk(name, frozenset())


class Docs:
    """The comments of one file by the path of what they document."""

    def __init__(self, proto):
        self.foreign = proto.package == "google.protobuf"
        self.by_path = {}
        for location in proto.source_code_info.location:
            text = location.leading_comments or location.trailing_comments
            if text:
                lines = text.strip("\n").split("\n")
                self.by_path[tuple(location.path)] = [line.removeprefix(" ").rstrip() for line in lines]

    def at(self, path, full_name):
        if self.foreign:
            return FOREIGN_DOCS.get(full_name, [])
        return self.by_path.get(tuple(path), [])
