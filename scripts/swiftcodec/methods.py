"""Method descriptors: one `MethodSpec` for each method, and the list of all."""

from . import names
from .source import Source


def render(file):
    source = Source(file.name)
    for _, doc, methods in file.services:
        source.blank()
        source.doc(doc)
        source.open("extension Methods")
        for method in methods:
            source.blank()
            source.doc(method.doc)
            source.line(
                f"public static let {constant(method)} = MethodSpec<{method.request}, {method.response}>(")
            source.line(f'    service: "{method.service}", name: "{method.name}", kind: .{method.kind})')
        source.close()
    return source.text()


def render_all(files):
    source = Source("every *_service.proto")
    source.open("extension Methods")
    source.doc(["Every method of every service, in the order of declaration."])
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
