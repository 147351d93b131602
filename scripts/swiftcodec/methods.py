"""Method descriptors: one `MethodSpec` for each method, and the list of all."""

from . import names
from .source import WIDTH, Source


def render(file):
    source = Source(file.name)
    source.blank()
    source.line("import TTRPC")
    for _, doc, methods in file.services:
        source.blank()
        source.doc(doc)
        source.open("extension Methods")
        for method in methods:
            source.blank()
            source.doc(method.doc)
            declaration = f"public static let {constant(method)} ="
            spec = f"MethodSpec<{method.request}, {method.response}>("
            idempotent = "true" if method.is_idempotent else "false"
            arguments = [
                f'    service: "{method.service}", name: "{method.name}", kind: .{method.kind},',
                f"    isIdempotent: {idempotent})",
            ]
            if 4 * source.depth + len(declaration) + 1 + len(spec) <= WIDTH:
                source.line(f"{declaration} {spec}")
                for line in arguments:
                    source.line(line)
            else:
                source.line(declaration)
                source.line("    " + spec)
                for line in arguments:
                    source.line("    " + line)
        source.close()
    return source.text()


def render_all(files):
    source = Source("every *_service.proto")
    source.open("extension Methods")
    source.doc(["Every method of every service: the files by name, then in the order of declaration."])
    source.line("public static let all: [AnyMethodSpec] = [")
    for file in files:
        for _, _, methods in file.services:
            for method in methods:
                source.line(f"    {constant(method)}.erased,")
    source.line("]")
    source.close()
    return source.text()


def constant(method):
    return names.lower_first(method.service_name) + method.name
