"""What all tables share: builds, archives, runs that are measured, Markdown. Standard library only; peers live in an environment of their own."""
import argparse
import datetime
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent
RULES = BENCHES / "twelve.toml"
PEERS = ("duckdb", "polars", "chdb")
# What of a theory is changed to see that only it is counted again.
CHANGE = ('"petrified zebra"', '"secret"')
MIB = 1 << 20


class Run:
    """One finished program: seconds, CPU seconds, peak memory, and the file that holds what it printed."""

    def __init__(self, wall, cpu, peak, out):
        self.wall, self.cpu, self.peak, self.out = wall, cpu, peak, out


class Median:
    """Several runs of the same."""

    def __init__(self, runs):
        self.wall = statistics.median(run.wall for run in runs)
        self.cpu = statistics.median(run.cpu for run in runs)
        self.peak = statistics.median(run.peak for run in runs)


class Bench:
    """One call of `run.py`: its arguments, its folder, what it measured and what did not agree."""

    def __init__(self, args, work):
        self.args, self.work, self.wrong, self.taken = args, Path(work), [], {}
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
        self.say("building")
        build = ["cargo", "build", "--release", "--quiet", "--bins", "--example", "generate"]
        subprocess.run([*build, "--manifest-path", str(ROOT / "Cargo.toml")], check=True)
        self.tagline = Path(args.tagline).resolve() if args.tagline else target / "tagline"
        self.generate = target / "examples" / "generate"
        self.python = environment(args.peers, self.say) if args.peers else None

    @staticmethod
    def say(text):
        print(text, file=sys.stderr, flush=True)

    # Files.

    def archive(self, shape, lines, order="time", pack="none"):
        """A generated archive; with `--work` it stays for the next call, as long as the generator is the same."""
        sources = [BENCHES / "generate.rs", *sorted((BENCHES / "lines").iterdir())]
        made_by = hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:8]
        ending = {"none": "", "gzip": ".gz", "zstd": ".zst"}[pack]
        path = self.work / f"{shape}-{lines}-{order}-{made_by}.jsonl{ending}"
        if not path.exists():
            self.say(f"making {path.name}")
            part = path.with_suffix(".part")
            with open(part, "wb") as out:
                subprocess.run([self.generate, shape, str(lines), "--order", order, "--pack", pack], stdout=out, check=True)
            part.rename(path)
        return path

    def clean(self, path):
        """A copy without broken lines, for those who cannot read on after one."""
        copy = path.with_suffix(".clean.jsonl")
        if not copy.exists():
            with open(path, "rb") as lines, open(copy, "wb") as out:
                out.writelines(line for line in lines if line.endswith(b"}\n"))
        return copy

    def project(self, name):
        """An empty project with the twelve theories."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(RULES, folder / "tagline.toml")
        return folder

    @staticmethod
    def change(project):
        """Changes one term of one theory."""
        rules = project / "tagline.toml"
        changed = rules.read_text().replace(*CHANGE)
        if changed == rules.read_text():
            raise SystemExit(f"{rules}: there is no {CHANGE[0]} to change")
        rules.write_text(changed)

    # Runs.

    def run(self, label, *command):
        """Runs a program, waits for it, measures it. The disk is quiet when it begins."""
        os.sync()
        out = self.work / f"{label.replace(' ', '-').replace('/', '-')}.out"
        with open(out, "wb") as file:
            begin = time.perf_counter()
            child = subprocess.Popen([str(word) for word in command], stdout=file, cwd=self.work)
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{label} failed with {child.returncode}: {' '.join(map(str, command))}")
        run = Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MIB, out)
        self.taken.setdefault(label, []).append(run)
        self.say(f"{label}: {run.wall:.2f} s, {run.cpu:.2f} CPU s, {run.peak:.0f} MiB")
        return run

    def ours(self, label, project, *words):
        return self.run(label, self.tagline, "-C", project, *words)

    def count(self, label, project):
        return self.ours(label, project, "theories", "--json", "--by", "hour")

    def peer(self, label, name, *words):
        return self.run(label, self.python, "-B", BENCHES / "peers" / f"with_{name}.py", *words)

    def median(self, label):
        return Median(self.taken[label])

    # What is said.

    def disagree(self, text):
        self.wrong.append(text)

    def title(self, name, about):
        """The head of a table: what, when, where, with which versions."""
        now = datetime.datetime.now(datetime.timezone.utc)
        ours = first_line(self.tagline, "--version")
        commit = first_line("git", "-C", ROOT, "describe", "--always", "--dirty")
        versions = [f"{ours} ({commit})", first_line("rustc", "--version"), f"Python {platform.python_version()}"]
        for peer in self.args.peers:
            version = first_line(self.python, "-B", BENCHES / "peers" / f"with_{peer}.py", "start")
            versions.append(f"{peer} {version}")
        print(f"## {name}\n\n{about}\n\n{now:%Y-%m-%d %H:%M} UTC, {processor()}, {os.cpu_count()} cores, {', '.join(versions)}; "
              f"rounds: {self.args.rounds}, medians.\n")

    def starts(self):
        """What a peer costs before it does anything, since its numbers contain it."""
        costs = []
        for peer in self.args.peers:
            runs = [self.peer(f"start of {peer}", peer, "start") for _ in range(self.args.rounds)]
            costs.append(f"{peer} {Median(runs).wall:.2f} s, {Median(runs).cpu:.2f} CPU s")
        if costs:
            print(f"\nPython and the library alone, contained in the numbers: {'; '.join(costs)}.")


def table(heads, rows):
    """Prints rows of text as Markdown."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def seconds(value):
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}" if ours / theirs >= 0.1 else f"{ours / theirs:.3f}"


def on_disk(path):
    """Bytes that a file or folder takes on the disk, as `du` counts them."""
    files = [path, *(Path(folder) / name for folder, _, names in os.walk(path) for name in names)]
    return sum(file.lstat().st_blocks * 512 for file in files)


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(ours, theirs):
    """Where the counts of a peer are not ours: every hour, all posts and every theory."""
    ours, theirs = json.loads(ours.read_text()), json.loads(theirs.read_text())
    if [theory["id"] for theory in ours["theories"]] != theirs["theories"]:
        return ["the theories are others"]
    series = [ours["all"], *(theory["series"] for theory in ours["theories"])]
    hours = {bucket: list(counts) for bucket, counts in zip(ours["buckets"], zip(*series))}
    others = {hour: counts for hour, *counts in theirs["hours"]}
    nothing = [0] * len(series)
    found = [f"{hour}: {hours.get(hour, nothing)} and {others.get(hour, nothing)}" for hour in sorted(hours.keys() | others.keys())
             if hours.get(hour, nothing) != others.get(hour, nothing)]
    totals = [ours["posts"], *(theory["posts"] for theory in ours["theories"])]
    if totals != [sum(counts) for counts in zip(*others.values())]:
        found.append("the totals differ")
    return found


def first_line(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or ["unknown"])[0].strip()


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def environment(peers, say):
    """The Python that has the peers: that of TAGLINE_BENCH_VENV, or of a folder of our own that is made if need be."""
    folder = Path(os.environ.get("TAGLINE_BENCH_VENV") or Path(tempfile.gettempdir()) / "tagline-bench-venv")
    python = folder / "bin" / "python"
    check = [str(python), "-c", "import " + ", ".join(peers)]
    if not python.exists() or subprocess.run(check, capture_output=True, check=False).returncode != 0:
        say(f"installing {', '.join(peers)} into {folder}")
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *peers], check=True, stdout=sys.stderr)
        subprocess.run(check, check=True)
    return python


def arguments(tables):
    def listed(known):
        def read(text):
            words = [word for word in text.split(",") if word]
            if unknown := [word for word in words if word not in known]:
                raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
            return words
        return read

    def sizes(text):
        units = {"k": 1_000, "M": 1_000_000}
        return [int(word[:-1]) * units[word[-1]] if word[-1] in units else int(word) for word in text.split(",")]

    parser = argparse.ArgumentParser(description="Measures tagline beside its peers on invented archives; prints Markdown; ends with 1 "
                                                 "if any count disagrees.")
    parser.add_argument("table", choices=tables)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of the archive (1000000); not for growth")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, of which medians are printed (3)")
    parser.add_argument("--shapes", type=listed(("slim", "tweets")), default=None,
                        help="slim,tweets for import, else slim")
    parser.add_argument("--peers", type=listed(PEERS), default=None, help=f"for import and count ({','.join(PEERS)})")
    parser.add_argument("--sizes", type=sizes, default=sizes("1M,2M,4M,10M"), help="for growth (1M,2M,4M,10M)")
    parser.add_argument("--work", help="folder for archives and stores; kept, and archives in it are used again (a temporary one)")
    parser.add_argument("--tagline", help="another build of the program (target/release/tagline)")
    args = parser.parse_args()
    if args.table not in ("import", "count"):
        args.peers = []
    elif args.peers is None:
        args.peers = list(PEERS)
    if args.shapes is None:
        args.shapes = ["slim", "tweets"] if args.table == "import" else ["slim"]
    return args
