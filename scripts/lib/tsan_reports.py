"""Reads ThreadSanitizer's reports and keeps those that are findings: exit 1 when there is one.

usage: tsan_reports.py FOLDER

ThreadSanitizer of Swift 6.3 does not see how a contended Mutex of the Synchronization module hands over (a futex of its
own, no pthread mutex), so it reports correct programs: four tasks that count in a Mutex<[Int: Int]> are enough. Outside of
the closure that is given the protected value the compiler lets nobody touch that value, so a report is such a mistake, and
left out, when

1. both accesses were made in such a closure, or in what it called: the closure's own frame is on the stack. `withLock` has
   none, it is inlined. A closure that was only written inside of one may run later and elsewhere, and does not count;
2. the innermost such closure of both is given a value of the same type. Two mutexes of unlike values protect nothing
   from each other.

What this cannot tell apart are two mutexes of the same type, and what else than the protected value such a closure
touches; the count of what is left out is printed, and each kind of it once.
"""

import pathlib
import re
import subprocess
import sys

CLOSURE = re.compile(
    r"(?:(?:partial apply forwarder for|merged|\w+ signature specialization <.*?> of|generic specialization <.*?> of) )*"
    r"closure #\d+ \(sending inout ")


def protected_type(access: str) -> str | None:
    """The type of the value that the innermost closure on the stack of a lock is given."""
    for frame in re.findall(r"^    #\d+ (.*)$", access, re.M):
        if (match := CLOSURE.match(frame)) is None:
            continue
        depth = 0
        for position in range(match.end(), len(frame)):
            if frame[position] == ")" and depth == 0:
                return frame[match.end():position]
            depth += {"(": 1, ")": -1}.get(frame[position], 0)
    return None


def protection(report: str) -> str | None:
    """The type that both accesses were made under the lock of; None for a finding."""
    accesses = [part for part in report.split("\n\n") if re.search(r"^    #0 ", part, re.M)][:2]
    types = {protected_type(access) for access in accesses}
    return types.pop() if len(accesses) == 2 and len(types) == 1 else None


def main() -> int:
    text = "".join(
        path.read_text(errors="replace") for path in sorted(pathlib.Path(sys.argv[1]).iterdir()))
    demangled = subprocess.run(["swift", "demangle"], input=text, text=True, capture_output=True, check=True).stdout
    reports = [part for part in re.split(r"={18}\n", demangled) if "WARNING: ThreadSanitizer" in part]
    findings = [report for report in reports if protection(report) is None]
    for report in findings:
        print(report, file=sys.stderr)
    for kind in sorted({kind for report in reports if (kind := protection(report))}):
        count = sum(protection(report) == kind for report in reports)
        print(f"sanitize: left out as under one Mutex of {kind}: {count}", file=sys.stderr)
    print(f"sanitize: {len(reports)} reports, {len(findings)} of them findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
