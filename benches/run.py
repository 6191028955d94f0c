#!/usr/bin/env python3
"""Prints one table of measurements as Markdown, ready to paste: see `README.md` beside this file.

    python3 benches/run.py import|count|orders|growth [--lines N] [--rounds R] [--work DIR] [--peers duckdb,polars,chdb]
"""
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from tables import counts, growth, imports, orders  # noqa: E402
from tables.bench import Bench, arguments  # noqa: E402

TABLES = {"import": imports.run, "count": counts.run, "orders": orders.run, "growth": growth.run}


def main():
    args = arguments(list(TABLES))
    if args.work:
        Path(args.work).mkdir(parents=True, exist_ok=True)
        return measure(args, Path(args.work).resolve())
    with tempfile.TemporaryDirectory(prefix="tagline-bench-") as work:
        return measure(args, work)


def measure(args, work):
    bench = Bench(args, work)
    TABLES[args.table](bench)
    for text in bench.wrong:
        print(f"DISAGREEMENT: {text}", file=sys.stderr)
    return 1 if bench.wrong else 0


sys.exit(main())
