"""Names: what a protobuf name is called in Swift and in the C that protoc-c 1.4.1 writes."""

NAMESPACES = {
    "reviewpack.v1": "Proto",
    "google.rpc": "GoogleRPC",
    "google.protobuf": "GoogleProtobuf",
    "grpc.health.v1": "GRPCHealth",
}

# Types whose protobuf name means something else in Swift.
TYPE_NAMES = {"google.protobuf.Any": "AnyMessage"}

# Words written in one case throughout, as the Swift API design guidelines ask for acronyms.
ACRONYMS = {
    "csv", "gid", "gids", "guid", "id", "ids", "json", "pid", "pii", "sha256", "ttl", "uid", "uids", "url", "utc",
    "uuid",
}

SWIFT_KEYWORDS = {
    "Any", "Self", "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit",
    "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
    "in", "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol",
    "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch", "throw",
    "throws", "true", "try", "typealias", "var", "where", "while",
}

# Members of a C++ program may not have these names, so protoc-c appends an underscore to such fields.
CXX_KEYWORDS = {
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class", "compl",
    "const", "const_cast", "continue", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
    "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
    "not", "not_eq", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "return", "short", "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
}


def lower_camel(name):
    """`tenant_id` as `tenantID`, `id` as `id`, `PACK_READY` as `packReady`."""
    words = [word for word in name.lower().split("_") if word]
    rest = [_acronym(word) if word in ACRONYMS else word.capitalize() for word in words[1:]]
    return words[0] + "".join(rest)


def _acronym(word):
    return word[:-1].upper() + "s" if word in {"ids", "uids", "gids"} else word.upper()


def upper_camel(name):
    """`body_part` as `BodyPart`."""
    head = lower_camel(name)
    return head[0].upper() + head[1:]


def lower_first(name):
    """`ReviewPackService` as `reviewPackService`."""
    return name[0].lower() + name[1:]


def escaped(name):
    return f"`{name}`" if name in SWIFT_KEYWORDS else name


def upper_snake(name):
    """`PackStatus` as `PACK_STATUS`, the prefix of its values."""
    out = ""
    for index, char in enumerate(name):
        if char.isupper() and index > 0 and not name[index - 1].isupper():
            out += "_"
        out += char.upper()
    return out


def c_type(full_name):
    """`reviewpack.v1.GenerateRequest` as `Reviewpack__V1__GenerateRequest`."""
    return "__".join(_snake_to_camel(piece) for piece in full_name.split("."))


def _snake_to_camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def c_function(full_name):
    """`reviewpack.v1.GenerateRequest` as `reviewpack__v1__generate_request`."""
    return "__".join(_camel_to_lower(piece) for piece in full_name.split("."))


def _camel_to_lower(name):
    out, after_upper = "", True
    for char in name:
        if char.isupper():
            out += ("" if after_upper else "_") + char.lower()
        else:
            out += char
        after_upper = char.isupper()
    return out


def c_member(name):
    name = name.lower()
    return name + "_" if name in CXX_KEYWORDS else name
