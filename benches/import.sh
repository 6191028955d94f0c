#!/usr/bin/env bash
# Import of a slim JSONL archive, ours and DuckDB's in turn, and three theories over the store. Prints wall, user and system seconds and
# peak memory of every run; all must agree to the post.
#
#     benches/import.sh [LINES] [ROUNDS]     # default 1000000 3; needs python3, GNU time and `pip install duckdb`
set -euo pipefail
lines=${1:-1000000}
rounds=${2:-3}
here=$(cd "$(dirname "$0")" && pwd)
cargo build --release --quiet --manifest-path "$here/../Cargo.toml"
tagline="$here/../target/release/tagline"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/slim.py" "$lines" >"$work/slim.jsonl"
mkdir "$work/project"
cp "$here/three.toml" "$work/project/tagline.toml"
timed() { /usr/bin/time -f "%-28C wall %e user %U sys %S peak %M KiB" "${@:2}" 2>"$work/time" >"$work/out"; sed "s|^.* wall|$1 wall|" "$work/time" | tail -n 1; }
for _ in $(seq "$rounds"); do
    rm -rf "$work/project/data"
    timed "tagline import        " "$tagline" -C "$work/project" import --json "$work/slim.jsonl"
    ours=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["added"])' "$work/out")
    for way in typed auto qualify key; do
        timed "duckdb $way          " python3 "$here/duck_import.py" "$work/slim.jsonl" "$work/duck.db" "$way"
        theirs=$(cat "$work/out")
        [ "$ours" = "$theirs" ] || { echo "counts differ: $ours and $theirs" >&2; exit 1; }
    done
    timed "tagline theories      " "$tagline" -C "$work/project" theories --json --by hour
done
du -sm "$work/project/data" "$work/duck.db"
