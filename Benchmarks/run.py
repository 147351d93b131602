"""Measures a release build of the daemon and prints the tables of Docs/BENCHMARKS.md; scripts/bench starts it.

Every figure is of one run on this machine; baselines run in the same run, right after what they are compared with.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
TENANT = "7f6d1d7e-6c1c-4d0a-9d53-2f1d1a6f8b10"
MEBIBYTE = 1 << 20


class Daemon:
    """A daemon on a state directory; ends with its `with` block."""

    def __init__(self, binaries, state):
        self.binaries = binaries
        self.address = os.path.join(os.path.dirname(state), "sock")
        log = open(state + ".log", "ab")
        self.process = subprocess.Popen(
            [os.path.join(binaries, "reviewpackd"), "serve", "--state-dir", state, "--socket", self.address],
            stdout=log,
            stderr=log,
        )
        log.close()

    def __enter__(self):
        self.ctl("--connect-timeout", "30", "health")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        if self.process.wait(60) != 0:
            sys.exit("bench: the daemon did not end cleanly")

    def ctl(self, *arguments):
        environment = dict(os.environ, REVIEWPACK_ADDRESS=self.address)
        command = [os.path.join(self.binaries, "reviewpackctl"), *arguments]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout

    def timed(self, *arguments):
        started = time.monotonic()
        answer = self.ctl(*arguments)
        return time.monotonic() - started, json.loads(answer)

    def peak_memory(self):
        """The most resident memory so far, code included, in bytes."""
        with open("/proc/%d/status" % self.process.pid) as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))


class Scratch:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="rpbench.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name):
        return os.path.join(self.path, name)


def synthetic(scratch, count):
    path = scratch.file("findings-%d.jsonl" % count)
    with open(path, "wb") as output:
        subprocess.run([PYTHON, os.path.join(HERE, "synthetic_findings.py"), str(count)], stdout=output, check=True)
    return path


def baseline(*arguments):
    command = [PYTHON, os.path.join(HERE, "baseline.py"), *arguments]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def make_tenant(daemon):
    daemon.ctl("workspace", "create", "bench")
    daemon.ctl("tenant", "create", "bench", "--external-id", TENANT, "--name", "Bench Ltd")


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("| " + " | ".join("---" for _ in header) + " |")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def seconds(value):
    return "%.2f s" % value


def mebibytes(value):
    return "%.1f MiB" % (value / MEBIBYTE)


def import_and_generate(binaries, count):
    """Both comparisons with Python, on the same findings."""
    with Scratch() as scratch:
        source, state = synthetic(scratch, count), scratch.file("state")
        with Daemon(binaries, state) as daemon:
            make_tenant(daemon)
            import_time, counts = daemon.timed("import", "findings", TENANT, source, "-o", "json")
            import_peak = daemon.peak_memory()
            again_time, again = daemon.timed("import", "findings", TENANT, source, "-o", "json")
        if counts["inserted"] != count or again["unchanged"] != count:
            sys.exit("bench: the imports counted %s and %s" % (counts, again))
        python_import = baseline("import", source, scratch.file("baseline.db"))

        with Daemon(binaries, state) as daemon:
            generate_time, answer = daemon.timed("generate", TENANT, "--pii", "--wait", "-o", "json")
            generate_peak = daemon.peak_memory()
        if answer["pack"]["summary"]["findings"] != count:
            sys.exit("bench: the pack holds %s" % answer["pack"]["summary"])
        python_generate = baseline("generate", scratch.file("baseline.db"), scratch.file("baseline.zip"))
        baseline_size = os.path.getsize(scratch.file("baseline.zip"))
        redacted_state = scratch.file("state")
        with Daemon(binaries, redacted_state) as daemon:
            redacted_time, _ = daemon.timed("generate", TENANT, "--no-pii", "--wait", "-o", "json")
            redacted_peak = daemon.peak_memory()

        print("### %s findings, %s as JSON lines\n" % (format(count, ","), mebibytes(os.path.getsize(source))))
        table(
            ["job", "reviewpack", "Python", "ratio", "aim", "peak memory"],
            [
                ["import", seconds(import_time), seconds(python_import), "%.2f" % (import_time / python_import),
                 "0.60", mebibytes(import_peak)],
                ["import again", seconds(again_time), "", "", "", ""],
                ["generate", seconds(generate_time), seconds(python_generate),
                 "%.2f" % (generate_time / python_generate), "0.40", mebibytes(generate_peak)],
                ["generate without personal data", seconds(redacted_time), "", "", "", mebibytes(redacted_peak)],
            ],
        )  # fmt: skip
        print("Pack: %s; Python's: %s.\n" % (mebibytes(answer["pack"]["file_size"]), mebibytes(baseline_size)))


def memory(binaries, counts):
    """How the daemon's peak memory depends on the number of findings."""
    rows = []
    for count in counts:
        with Scratch() as scratch:
            source, state = synthetic(scratch, count), scratch.file("state")
            with Daemon(binaries, state) as daemon:
                make_tenant(daemon)
                daemon.ctl("import", "findings", TENANT, source)
                imported = daemon.peak_memory()
            os.unlink(source)
            with Daemon(binaries, state) as daemon:
                idle = daemon.peak_memory()
                plain_time, _ = daemon.timed("generate", TENANT, "--pii", "--wait", "-o", "json")
                plain = daemon.peak_memory()
            with Daemon(binaries, state) as daemon:
                redacted_time, _ = daemon.timed("generate", TENANT, "--no-pii", "--wait", "-o", "json")
                redacted = daemon.peak_memory()
        entries = 2 * max(1, count // 5)
        rows.append([
            format(count, ","), mebibytes(idle), mebibytes(imported), mebibytes(plain), seconds(plain_time),
            mebibytes(redacted), seconds(redacted_time), "%.0f" % max(0, (redacted - plain) / entries),
        ])  # fmt: skip
    print("### Peak memory (VmHWM: everything resident, the program's code included)\n")
    table(
        ["findings", "at start", "import", "generate", "time", "without personal data", "time",
         "bytes for each dictionary entry"],
        rows,
    )  # fmt: skip


def calls(binaries, duration):
    """Unary calls on open connections, each connection with one call under way."""
    with Scratch() as scratch:
        with Daemon(binaries, scratch.file("state")) as daemon:
            make_tenant(daemon)
            answer = json.loads(daemon.ctl("generate", TENANT, "--wait", "-o", "json"))
            rows = []
            for connections in [1, 8, 64]:
                load = subprocess.run(
                    [os.path.join(binaries, "CallLoad"), daemon.address, answer["pack"]["id"], str(connections),
                     str(duration)],
                    check=True, stdout=subprocess.PIPE,
                )  # fmt: skip
                result = json.loads(load.stdout)
                rows.append([
                    connections, format(round(result["calls_per_second"]), ","),
                    *("%.0f us" % result[key] for key in ["p50_us", "p90_us", "p99_us", "max_us"]),
                ])  # fmt: skip
            peak = daemon.peak_memory()
    print("### Get, %d s each; the load generator runs on the same cores\n" % duration)
    table(["connections", "calls per second", "p50", "p90", "p99", "longest"], rows)
    print("Peak memory of the daemon: %s.\n" % mebibytes(peak))


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), "unknown")
    memory_size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    swift = subprocess.run(["swift", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
    print("## Machine\n")
    print("%d cores (%s), %.0f GiB of memory, Linux %s, %s, Python %s.\n" % (
        os.cpu_count(), model, memory_size / (1 << 30), platform.release(), swift.split("\n")[0].strip(),
        platform.python_version()))  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", required=True)
    parser.add_argument("--findings", type=int, default=500_000)
    parser.add_argument("--memory", default="50000,500000,2000000", help="numbers of findings, or nothing")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", choices=["compare", "memory", "calls"])
    arguments = parser.parse_args()
    machine()
    if arguments.only in (None, "compare"):
        import_and_generate(arguments.binaries, arguments.findings)
    if arguments.only in (None, "memory"):
        memory(arguments.binaries, [int(count) for count in arguments.memory.split(",") if count])
    if arguments.only in (None, "calls"):
        calls(arguments.binaries, arguments.seconds)


if __name__ == "__main__":
    main()
