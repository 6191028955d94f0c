"""Import of the same archive into an empty store, by us and by peers in turn."""
import json

from tables.bench import Median, on_disk, ratio, remove, seconds, table

WAYS = {"duckdb": ("distinct", "qualify", "key"), "polars": ("clean",), "chdb": ("limit", "replacing", "broken")}
# Ways that get a copy without broken lines, since they cannot read the archive as it is.
CLEAN = {("polars", "clean"), ("chdb", "limit"), ("chdb", "replacing")}
# Ways that read the archive as it is and drop whole lines beside broken ones: shown, not an error of ours.
LOSSY = {("chdb", "broken")}
NOTES = {"polars": "polars stops at a broken line and was given a copy without them, whose making was not timed.",
         "chdb": "chdb was given such a copy; its serial reader (`broken`) reads the archive itself and drops whole lines beside broken "
                 "ones, whose number of posts stands in brackets."}


def run(bench):
    for shape in bench.args.shapes:
        one(bench, shape)


def one(bench, shape):
    lines = bench.args.lines
    plain = bench.archive(shape, lines)
    packed = {pack: bench.archive(shape, lines, pack=pack) for pack in ("gzip", "zstd") if shape == "tweets"}
    clean = bench.clean(plain) if {"polars", "chdb"} & set(bench.args.peers) else plain
    project, target = bench.project("project"), bench.work / "peer.store"
    ours = "tagline"
    posts, bytes_on_disk = {}, {}

    def import_ours(label, source):
        remove(project / "data")
        done = json.loads(bench.ours(label, project, "import", "--json", source).out.read_text())
        posts[label], bytes_on_disk[label] = done["added"], on_disk(project / "data")

    bench.taken.clear()
    for _ in range(bench.args.rounds):
        import_ours(ours, plain)
        for pack, source in packed.items():
            import_ours(f"{ours}, {pack}", source)
            bench.run(f"{pack} alone", bench.generate, "unpack", source)
        for peer in bench.args.peers:
            for way in WAYS[peer]:
                label = f"{peer}, {way}"
                source = clean if (peer, way) in CLEAN else plain
                remove(target)
                done = bench.peer(label, peer, "import", shape, way, source, target)
                posts[label], bytes_on_disk[label] = int(done.out.read_text()), on_disk(target)
                if (peer, way) not in LOSSY and posts[label] != posts[ours]:
                    bench.disagree(f"{shape}: {label} has {posts[label]} posts, tagline {posts[ours]}")
    remove(target)
    for label in packed:
        if posts[f"{ours}, {label}"] != posts[ours]:
            bench.disagree(f"{shape}: {label} gives other posts than the plain file")

    size = plain.stat().st_size
    bench.title(f"Import, {shape}", f"{lines:,} lines, {size / 1e6:,.0f} MB, {posts[ours]:,} posts. × is tagline's divided by theirs.")
    us, rows = bench.median(ours), []
    for label, runs in bench.taken.items():
        it = Median(runs)
        cells = [label, seconds(it.wall), seconds(it.cpu), f"{it.peak:,.0f}"]
        if label in posts:
            missing = posts[label] - posts[ours]
            cells += [f"{bytes_on_disk[label] / 1e6:,.1f}", f"{bytes_on_disk[label] / posts[label]:.0f}",
                      f"{posts[label]:,}" + (f" ({missing:+,})" if missing else "")]
        else:
            cells += ["", "", ""]
        cells += [ratio(us.wall, it.wall), ratio(us.cpu, it.cpu), ratio(us.peak, it.peak)] if label in posts else ["", "", ""]
        rows.append(cells)
    table(["what", "wall s", "CPU s", "peak MiB", "MB on disk", "bytes a post", "posts", "wall ×", "CPU ×", "memory ×"], rows)
    for pack in packed:
        decode, import_packed = bench.median(f"{pack} alone"), bench.median(f"{ours}, {pack}")
        larger = max(decode.wall, us.wall)
        print(f"\n{pack}: {ratio(import_packed.wall, larger)} times the larger of decoding alone ({seconds(decode.wall)} s) and the plain "
              f"import ({seconds(us.wall)} s).")
    for peer in bench.args.peers:
        if peer in NOTES:
            print(f"\n{NOTES[peer]}")
    bench.starts()
    print()
