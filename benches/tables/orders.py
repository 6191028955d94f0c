"""Import of the same posts in five orders: what it costs, and that the answer is the same to the byte."""
import json

from tables.bench import on_disk, ratio, remove, seconds, sha256, table

ORDERS = ("time", "reversed", "author", "random", "repeats")


def run(bench):
    for shape in bench.args.shapes:
        one(bench, shape)


def one(bench, shape):
    lines = bench.args.lines
    project = bench.project("project")
    archives = {order: bench.archive(shape, lines, order) for order in ORDERS}
    bench.taken.clear()
    posts, bytes_on_disk, answers = {}, {}, {}
    for _ in range(bench.args.rounds):
        for order, source in archives.items():
            remove(project / "data")
            done = bench.ours(order, project, "import", "--json", source)
            posts[order] = json.loads(done.out.read_text())["added"]
            bytes_on_disk[order] = on_disk(project / "data")
            answers[order] = sha256(bench.count(f"theories of {order}", project).out)
    for order in ORDERS:
        if answers[order] != answers["time"] or posts[order] != posts["time"]:
            bench.disagree(f"{shape}: the order `{order}` gives another answer")
    bench.title(f"Import in five orders, {shape}",
                f"{lines:,} lines (repeats: twice as many), {posts['time']:,} posts. × is this order divided by the order of time.")
    time, rows = bench.median("time"), []
    for order in ORDERS:
        it = bench.median(order)
        rows.append([order, seconds(it.wall), seconds(it.cpu), f"{it.peak:,.0f}", f"{bytes_on_disk[order] / 1e6:,.1f}",
                     f"{bytes_on_disk[order] / posts[order]:.0f}", ratio(it.wall, time.wall), ratio(it.cpu, time.cpu),
                     f"`{answers[order][:12]}`"])
    table(["order", "wall s", "CPU s", "peak MiB", "MB on disk", "bytes a post", "wall ×", "CPU ×", "SHA-256 of the answer"], rows)
    print()
