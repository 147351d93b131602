"""Findings in the native format, as many as asked for: the same bytes every time.

    synthetic_findings.py COUNT > findings.jsonl

200 checks with their own texts; every finding has a detail of its own, and every fifth a resource that no other has.
So COUNT / 5 people are named, each by a display name and an address.
"""

import json
import sys

CHECKS = 200
SEVERITIES = ["low", "medium", "high", "critical", "informational"]
SENTENCE = "Accounts that can change the settings of this service need a second factor at every sign-in. "


def findings(count):
    checks = [
        {
            "check_id": "synthetic_check_%03d" % number,
            "title": "Synthetic check %03d looks at one setting of the service" % number,
            "severity": SEVERITIES[number % len(SEVERITIES)],
            "description": "Check %03d. " % number + SENTENCE * 3,
            "remediation": "Open the portal, choose setting %03d, and turn it on for everybody." % number,
            "source": "synthetic",
        }
        for number in range(CHECKS)
    ]
    for number in range(count):
        person = number // 5
        yield {
            "uid": "synthetic-%012d" % number,
            **checks[number % CHECKS],
            "status": "acknowledged" if number % 50 == 0 else "open",
            "resource_type": "user",
            "resource_uid": "%08x-0000-4000-8000-%012x" % (person, person),
            "resource_name": "Person%d Example%d" % (person, person),
            "first_seen_at": "2026-01-%02dT03:00:00Z" % (1 + number % 28),
            "last_seen_at": "2026-04-01T03:00:00Z",
            "detail": "Finding %d: the setting is off for person%d.example@contoso.example since day %d."
            % (number, person, number % 365),
        }


if __name__ == "__main__":
    write = sys.stdout.write
    for finding in findings(int(sys.argv[1])):
        write(json.dumps(finding, separators=(",", ":")) + "\n")
