"""What one would write in an afternoon with Python's standard library, to compare with.

    baseline.py import FINDINGS DATABASE     json and sqlite3: a row a finding, unique by fingerprint, one transaction
    baseline.py generate DATABASE PACK       sqlite3, csv and zipfile: the same columns, the same rows, level 6

Both print their own wall time in seconds, without the interpreter's start. The database is as durable as ours:
write-ahead log, synchronous=FULL.
"""

import csv
import hashlib
import io
import json
import sqlite3
import sys
import time
import zipfile

COLUMNS = [
    "fingerprint", "source", "source_version", "check_id", "check_version", "title", "severity", "result", "status",
    "status_reason", "resource_type", "resource_id", "resource_name", "occurrences", "first_seen_at", "last_seen_at",
    "description", "detail", "remediation",
]  # fmt: skip


def connect(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    return database


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            finding = json.loads(line)
            identity = "\0".join(["1", finding["source"], finding["uid"]])
            yield (
                hashlib.sha256(identity.encode()).hexdigest(), finding["source"], None, finding["check_id"], None,
                finding["title"], finding["severity"], "fail", finding["status"], None, finding["resource_type"],
                finding["resource_uid"], finding["resource_name"], 1, finding["first_seen_at"],
                finding["last_seen_at"], finding.get("description"), finding.get("detail"),
                finding.get("remediation"),
            )  # fmt: skip


def import_findings(source, path):
    database = connect(path)
    types = ", ".join('"%s"' % column for column in COLUMNS)
    database.execute("CREATE TABLE findings (id INTEGER PRIMARY KEY, %s, UNIQUE (fingerprint))" % types)
    marks = ", ".join("?" * len(COLUMNS))
    with database:
        database.executemany(
            "INSERT INTO findings (%s) VALUES (%s) ON CONFLICT (fingerprint) DO UPDATE SET last_seen_at = "
            "excluded.last_seen_at" % (types, marks),
            rows(source),
        )
    database.close()


def neutralised(cell):
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return "'" + cell
    return cell


def generate(path, target):
    database = connect(path)
    found = database.execute(
        "SELECT %s FROM findings WHERE status IN ('open', 'acknowledged') ORDER BY id" % ", ".join(COLUMNS)
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as pack:
        with pack.open("findings.csv", "w") as member:
            text = io.TextIOWrapper(member, encoding="utf-8", newline="")
            writer = csv.writer(text)
            writer.writerow(COLUMNS)
            writer.writerows([neutralised(cell) for cell in row] for row in found)
            text.flush()


if __name__ == "__main__":
    started = time.monotonic()
    {"import": import_findings, "generate": generate}[sys.argv[1]](*sys.argv[2:])
    print("%.3f" % (time.monotonic() - started))
