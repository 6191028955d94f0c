"""The same at growing sizes: import, opening, theories cold, again and after a change."""
import json

from tables.bench import on_disk, remove, seconds, sha256, table


def run(bench):
    for shape in bench.args.shapes:
        one(bench, shape)


def one(bench, shape):
    project = bench.project("project")
    rules = (project / "tagline.toml").read_text()
    rows = []
    for lines in bench.args.sizes:
        source = bench.archive(shape, lines)
        bench.taken.clear()
        for _ in range(bench.args.rounds):
            remove(project / "data")
            (project / "tagline.toml").write_text(rules)
            posts = json.loads(bench.ours("import", project, "import", "--json", source).out.read_text())["added"]
            stored = on_disk(project / "data")
            bench.ours("status", project, "status", "--json")
            cold = sha256(bench.count("cold", project).out)
            if sha256(bench.count("again", project).out) != cold:
                bench.disagree(f"{shape}, {lines:,} lines: the second answer is not the first")
            bench.change(project)
            bench.count("changed", project)
        if not bench.args.work:
            remove(source)
        it = {label: bench.median(label) for label in bench.taken}
        imported = it["import"]
        rows.append([f"{lines:,}", f"{posts:,}", seconds(imported.wall), seconds(imported.cpu), f"{imported.cpu / lines * 1e6:.2f}",
                     f"{imported.peak:,.0f}", f"{stored / 1e6:,.1f}", f"{stored / posts:.0f}", seconds(it["status"].wall),
                     f"{it['status'].peak:,.0f}", *(cell for label in ("cold", "again", "changed")
                                                    for cell in (seconds(it[label].wall), f"{it[label].peak:,.0f}"))])
    bench.title(f"Growth, {shape}", "Import, then `status`, then twelve theories by hour: cold, again, after a change of one term.")
    table(["lines", "posts", "import wall s", "CPU s", "CPU s a million lines", "peak MiB", "MB on disk", "bytes a post", "status s", "peak MiB",
           "cold s", "peak MiB", "again s", "peak MiB", "changed s", "peak MiB"], rows)
    print()
