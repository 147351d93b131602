"""Reads ThreadSanitizer's reports and keeps those that are findings: exit 1 when there is one.

usage: tsan_reports.py FOLDER

ThreadSanitizer of Swift 6.3 does not see how a contended Mutex of the Synchronization module hands over (a futex of its
own, no pthread mutex), so it reports correct programs: four tasks that count in a Mutex<[Int: Int]> are enough. Such a
report has both of its accesses inside a closure that is given the protected value (`inout sending`, which mangles as
below), and outside of one the compiler lets nobody touch that value.
"""

import pathlib
import re
import sys

INSIDE_WITH_LOCK = "zYuYTXE"


def is_finding(report: str) -> bool:
    accesses = [part for part in report.split("\n\n") if re.search(r"^    #0 ", part, re.M)][:2]
    return len(accesses) < 2 or not all(INSIDE_WITH_LOCK in access for access in accesses)


def main() -> int:
    text = "".join(
        path.read_text(errors="replace") for path in sorted(pathlib.Path(sys.argv[1]).iterdir()))
    reports = [part for part in re.split(r"={18}\n", text) if "WARNING: ThreadSanitizer" in part]
    findings = [report for report in reports if is_finding(report)]
    for report in findings:
        print(report, file=sys.stderr)
    print(f"sanitize: {len(reports)} reports, {len(findings)} of them findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
