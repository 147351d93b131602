"""Text as man(7) source, and the part of Markdown that the pages in Docs/ are written in."""

import re


def text(words):
    """Plain words. Every hyphen is typed as one, so that options can be copied from a terminal."""
    out = []
    for character in words.replace("\\", "\\e").replace("-", "\\-"):
        out.append(character if ord(character) < 127 else "\\[u%04X]" % ord(character))
    return "".join(out)


def line(source):
    """A line of output that is no request, whatever it begins with."""
    return "\\&" + source if source[:1] in (".", "'") else source


def bold(words):
    return "\\fB" + text(words) + "\\fR"


def quoted(words):
    """An argument of a request."""
    return '"' + words.replace('"', "\\(dq") + '"'


def spans(words):
    """A piece of Markdown within a line: code, bold, links."""
    out = []
    for piece in re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))", words):
        if piece.startswith("`") and piece.endswith("`") and len(piece) > 2:
            out.append(bold(piece[1:-1]))
        elif piece.startswith("**"):
            out.append(bold(piece[2:-2]))
        elif piece.startswith("["):
            out.append(text(piece[1 : piece.index("](")]))
        else:
            out.append(text(piece))
    return "".join(out)


def code(lines):
    return [".PP", ".RS 4", ".nf"] + [line(text(each)) if each.strip() else "\\&" for each in lines] + [".fi", ".RE"]


def tagged(tag, body):
    """A paragraph with a tag before it; `tag` and `body` are lines of man source, `.br` among them a new line."""
    return [".TP", line(tag)] + [each if each == ".br" else line(each) for each in body]


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def table(rows):
    """A table as tagged paragraphs: the first column is the tag, the others are told by their heading when there are several."""
    head, out = cells(rows[0]), []
    for row in rows[2:]:
        first, rest = cells(row)[0], cells(row)[1:]
        if len(rest) == 1:
            out += tagged(spans(first), [spans(rest[0])])
        else:
            body = []
            for name, cell in zip(head[1:], rest):
                body += ([".br"] if body else []) + ["%s: %s" % (spans(name), spans(cell))]
            out += tagged(spans(first), body)
    return out


def sections(document):
    """The sections of second rank of a page: their heading, and their lines without it."""
    found, current, fenced = {}, None, False
    for each in document.splitlines():
        fenced ^= each.startswith("```")
        if each.startswith("## ") and not fenced:
            current = found.setdefault(each[3:].strip(), [])
        elif current is not None:
            current.append(each)
    return found


def blocks(lines):
    """Markdown as man source: paragraphs, lists, tables, code and headings of third rank."""
    out, index = [], 0
    while index < len(lines):
        start = lines[index]
        end = index + 1
        if not start.strip():
            index = end
            continue
        if start.startswith("```"):
            while not lines[end].startswith("```"):
                end += 1
            out += code(lines[index + 1 : end])
            end += 1
        elif start.startswith("|"):
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            out += table(lines[index:end])
        elif start.startswith("#"):
            out += [".PP", bold(start.lstrip("# "))]
        else:
            item = re.match(r"(- |\d+\. )", start)
            while end < len(lines) and lines[end].strip() and not re.match(r"(- |\d+\. |\||#|```)", lines[end]):
                end += 1
            words = " ".join(each.strip() for each in lines[index:end])
            if item:
                mark = item.group(1).strip().replace("-", "\\(bu")
                out += [".IP %s 4" % quoted(mark), line(spans(words[len(item.group(1)) :].strip()))]
            else:
                out += [".PP", line(spans(words))]
        index = end
    return out
