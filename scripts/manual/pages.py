"""Writes the manual pages; see scripts/man-pages.

Nothing is told twice: commands, options and usage come from the programs themselves, exit codes, settings, files, variables
and explanations from the pages in Docs/, which tests hold against the code.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys

import roff
from roff import blocks, bold, line, quoted, spans, tagged, text

DOCS = pathlib.Path(__file__).resolve().parents[2] / "Docs"


class Program:
    """A built program as it describes itself."""

    def __init__(self, folder, name):
        self.path, self.name = str(pathlib.Path(folder) / name), name
        self.root = json.loads(self.ask("--experimental-dump-help"))["command"]
        self.version = self.ask("--version").split()[-1]

    def ask(self, *arguments):
        environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "1000"}
        return subprocess.run(
            [self.path, *arguments], check=True, capture_output=True, text=True, env=environment
        ).stdout

    def usage(self, words):
        """The forms in which a command is called, one a line."""
        help_text = self.ask(*words, "--help").split("USAGE: ", 1)[1]
        return [each.strip() for each in help_text.split("\n\n", 1)[0].splitlines()]

    def commands(self):
        """The commands with work to do, each with the words that name it."""

        def walk(command, words):
            for each in command.get("subcommands") or []:
                if not each.get("shouldDisplay", True) or each["commandName"] == "help":
                    continue
                named = words + [each["commandName"]]
                if each.get("subcommands"):
                    yield from walk(each, named)
                else:
                    yield named, each

        return list(walk(self.root, []))


def option(argument):
    """An option's or argument's paragraph."""
    value = "" if argument["kind"] == "flag" else "\\fI" + text(argument["valueName"]) + "\\fR"
    if argument["kind"] == "positional":
        tag = value
    else:
        names = sorted(argument["names"], key=lambda each: len(each["name"]))
        dashed = [bold(("-" if len(each["name"]) == 1 else "--") + each["name"]) for each in names]
        tag = ", ".join(dashed) + (" " + value if value else "")
    told = [spans(argument.get("abstract", ""))]
    if argument.get("allValues"):
        told.append("One of " + ", ".join(bold(each) for each in argument["allValues"]) + ".")
    # `Default:` is part of what a setting's flag says of itself.
    if argument.get("defaultValue") and argument["kind"] != "flag" and "Default:" not in argument.get("abstract", ""):
        told.append("Default: " + bold(argument["defaultValue"]) + ".")
    return tagged(tag, told)


def shown(argument):
    names = [each["name"] for each in argument.get("names") or []]
    return argument.get("shouldDisplay", True) and not {"help", "version"} & set(names)


def discussion(words):
    """What a command says of itself: paragraphs, and examples, which are indented."""
    out, lines = [], words.splitlines()
    while lines:
        example = lines[0].startswith("  ")
        end = 1
        while end < len(lines) and lines[end].strip() and lines[end].startswith("  ") == example:
            end += 1
        if example:
            out += roff.code([each[2:] for each in lines[:end]])
        elif lines[0].strip():
            out += [".PP", line(spans(" ".join(each.strip() for each in lines[:end])))]
        lines = lines[end:]
    return out


def command(program, words, entry, common):
    """A command's part of the page."""
    out = [".SS " + quoted(text(" ".join([program.name] + words)))]
    out += [line(spans(entry.get("abstract", "")))]
    for form in program.usage(words):
        out += [".PP", line(bold(form))]
    out += discussion(entry.get("discussion") or "")
    for argument in entry.get("arguments") or []:
        if shown(argument) and argument not in common:
            out += option(argument)
    return out


def title(name, section, version, heading):
    stamp = os.environ.get("SOURCE_DATE_EPOCH")
    day = datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc) if stamp else datetime.datetime.now()
    head = (name.upper(), section, day.strftime("%Y-%m-%d"), text(version), heading)
    # Neither hyphens nor wide gaps within commands and paths.
    return ['.TH %s %s %s "reviewpack %s" "%s"' % head, ".nh", ".ad l"]


def named(name, summary):
    return [".SH NAME", "%s \\- %s" % (text(name), text(summary[0].lower() + summary[1:].rstrip(".")))]


def see_also(*pages):
    references = [".BR %s (%s)" % (text(name), section) for name, section in pages]
    return [".SH SEE ALSO"] + [each + " ," for each in references[:-1]] + references[-1:]


def subsections(document, headings):
    out = []
    for heading in headings:
        out += [".SS " + quoted(text(heading))] + blocks(document[heading])
    return out


def client_page(program, docs):
    cli = docs["CLI"]
    common = program.root["arguments"]
    apart = {"Errors and exit codes", "Environment", "Places", "Where the service is", "Ids", "Output"}
    out = title(program.name, 1, program.version, "User Commands") + named(program.name, program.root["abstract"])
    out += [".SH SYNOPSIS", line(bold(program.usage([])[0]))]
    out += [".SH DESCRIPTION"] + discussion(program.root["discussion"])
    out += subsections(cli, ["Where the service is", "Ids", "Output"])
    out += [".SH OPTIONS", "Every command takes these."]
    for argument in filter(shown, common):
        out += option(argument)
    out += [".SH COMMANDS"]
    for words, entry in program.commands():
        out += command(program, words, entry, common)
    out += [".SH NOTES"] + subsections(cli, [each for each in cli if each not in apart])
    out += [".SH EXIT STATUS"] + blocks(cli["Errors and exit codes"])
    out += [".SH ENVIRONMENT"] + blocks(cli["Environment"])
    out += [".SH FILES"] + blocks(cli["Places"])
    out += [".SH EXAMPLES"] + blocks(docs["OPERATIONS"]["A day with the service"])
    return out + see_also(("reviewpackd", 8), ("reviewpackd.yaml", 5))


def daemon_page(program, docs):
    configuration = docs["CONFIGURATION"]
    out = title(program.name, 8, program.version, "System Administration") + named(
        program.name, program.root["abstract"])
    commands = program.commands()
    out += [".SH SYNOPSIS", ".nf"]
    for words, _ in commands:
        out += [line(bold(each)) for each in program.usage(words)]
    out += [".fi", ".SH DESCRIPTION"] + discussion(program.root["discussion"])
    out += subsections(configuration, ["The socket", "Keys of download tokens", "Logs"])
    settings = [
        argument for _, entry in commands for argument in entry["arguments"] if argument.get("sectionTitle")]
    flags = {argument["names"][0]["name"] for argument in settings}
    out += [".SH COMMANDS"]
    for words, entry in commands:
        out += command(program, words, entry, settings)
        if any(argument in settings for argument in entry["arguments"]):
            out += [".PP", "It takes a flag for each setting, too; see OPTIONS."]
    out += [".SH OPTIONS", "Each setting of", ".BR reviewpackd.yaml (5)", "has a flag, which wins over the file."]
    for argument in settings:
        name = argument["names"][0]["name"]
        if name in flags:
            flags.remove(name)
            out += option(argument)
    out += [".SH EXIT STATUS"] + blocks(configuration["Exit codes of `reviewpackd serve`"])
    out += [".SH ENVIRONMENT"] + blocks(configuration["Environment"])
    out += [".SH FILES"] + blocks(configuration["Places"])
    out += [".SH EXAMPLES"] + blocks(configuration["Examples"])
    return out + see_also(("reviewpackctl", 1), ("reviewpackd.yaml", 5), ("systemd.socket", 5), ("systemd.exec", 5))


def settings_page(program, docs):
    configuration = docs["CONFIGURATION"]
    out = title("reviewpackd.yaml", 5, program.version, "File Formats") + named(
        "reviewpackd.yaml", "settings of reviewpackd")
    out += [".SH SYNOPSIS", ".I /etc/reviewpack/reviewpackd.yaml"]
    out += [".SH DESCRIPTION"] + blocks(configuration["Where a value comes from"])
    out += subsections(configuration, ["Changing settings while the daemon runs"])
    out += [".SH SETTINGS"]
    for each in configuration["Settings"]:
        if each.startswith("### "):
            out += [".SS " + quoted(text(each[4:]))]
        elif each.startswith("| `"):
            name, legal, default, effect, what = roff.cells(each)
            out += tagged(spans(name), [
                "%s. Default: %s. Takes effect on a %s." % (spans(legal), spans(default), text(effect)), ".br",
                spans(what)])
    out += [".SH EXIT STATUS", "A mistake in the file stops the start with exit code 78; see", ".BR reviewpackd (8) ."]
    out += [".SH ENVIRONMENT"] + blocks(configuration["Environment"])
    out += [".SH FILES"] + blocks(configuration["Places"])
    out += [".SH EXAMPLES"] + blocks(configuration["An example"])
    return out + see_also(("reviewpackd", 8), ("reviewpackctl", 1))


def main(binaries, folder):
    docs = {
        name: roff.sections((DOCS / (name + ".md")).read_text(encoding="utf-8"))
        for name in ["CLI", "CONFIGURATION", "OPERATIONS"]
    }
    client, daemon = Program(binaries, "reviewpackctl"), Program(binaries, "reviewpackd")
    pages = {
        "reviewpackctl.1": client_page(client, docs),
        "reviewpackd.8": daemon_page(daemon, docs),
        "reviewpackd.yaml.5": settings_page(daemon, docs),
    }
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for name, source in pages.items():
        # A heading begins a paragraph by itself.
        kept = [each for before, each in zip([""] + source, source) if each != ".PP" or before[:3] not in (".SH", ".SS")]
        (pathlib.Path(folder) / name).write_text("\n".join(kept) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
