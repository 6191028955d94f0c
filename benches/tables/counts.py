"""Twelve theories by hour, from the store of each. Everybody has the same posts: the archive is without broken lines."""
import shutil

from tables.bench import RULES, differences, ratio, remove, seconds, sha256, table

WAYS = {"duckdb": "distinct", "polars": "clean", "chdb": "limit"}
COLD, AGAIN, CHANGED, SCRATCH = "tagline, cold", "tagline, again", "tagline, one term changed", "tagline, changed, cold"


def run(bench):
    for shape in bench.args.shapes:
        one(bench, shape)


def one(bench, shape):
    source = bench.clean(bench.archive(shape, bench.args.lines))
    pristine, project = bench.project("pristine"), bench.work / "project"
    bench.ours("import", pristine, "import", "--json", source)
    stores = {peer: bench.work / f"{peer}.store" for peer in bench.args.peers}
    for peer, store in stores.items():
        remove(store)
        bench.peer(f"import by {peer}", peer, "import", shape, WAYS[peer], source, store)

    def fresh():
        remove(project)
        shutil.copytree(pristine, project)

    bench.taken.clear()
    answers = {}
    for _ in range(bench.args.rounds):
        fresh()
        answers[COLD] = keep(bench.count(COLD, project))
        answers[AGAIN] = keep(bench.count(AGAIN, project))
        bench.change(project)
        answers[CHANGED] = keep(bench.count(CHANGED, project))
        for peer, store in stores.items():
            answers[peer] = bench.peer(peer, peer, "count", RULES, store).out
    medians = {label: bench.median(label) for label in bench.taken}

    fresh()
    bench.change(project)
    answers[SCRATCH] = keep(bench.count(SCRATCH, project))
    if sha256(answers[COLD]) != sha256(answers[AGAIN]):
        bench.disagree(f"{shape}: tagline's second answer is not its first")
    if sha256(answers[CHANGED]) != sha256(answers[SCRATCH]):
        bench.disagree(f"{shape}: after a change tagline's answer is not that of a new store")
    if sha256(answers[CHANGED]) == sha256(answers[COLD]):
        bench.disagree(f"{shape}: a change of a term changed nothing")
    for peer, store in stores.items():
        check(bench, shape, peer, answers[COLD], answers[peer])
        changed = bench.peer(f"{peer}, changed", peer, "count", project / "tagline.toml", store).out
        check(bench, shape, f"{peer} after the change", answers[CHANGED], changed)
    size = source.stat().st_size
    agree = "posts of each theory and hour agree to the post" if not bench.wrong else "NOT ALL COUNTS AGREE"
    bench.title(f"Twelve theories by hour, {shape}",
                f"Six terms each, over the store of {bench.args.lines:,} lines ({size / 1e6:,.0f} MB); {agree}. × is "
                "tagline's cold, again, one term changed, divided by theirs.")
    rows = []
    for label, it in medians.items():
        cells = [label, seconds(it.wall), seconds(it.cpu), f"{it.peak:,.0f}"]
        for pick in ("wall", "cpu"):
            ours = [getattr(medians[way], pick) for way in (COLD, AGAIN, CHANGED)]
            cells.append(", ".join(ratio(value, getattr(it, pick)) for value in ours) if label in stores else "")
        rows.append(cells)
    table(["what", "wall s", "CPU s", "peak MiB", "wall ×", "CPU ×"], rows)
    bench.starts()
    print()


def keep(run):
    """The answer under a name that the next run does not write over."""
    kept = run.out.with_suffix(".kept")
    run.out.rename(kept)
    return kept


def check(bench, shape, peer, ours, theirs):
    found = differences(ours, theirs)
    if found:
        bench.disagree(f"{shape}: {peer} counts otherwise in {len(found)} hours, as in {found[0]}")
