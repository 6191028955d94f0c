#!/usr/bin/env python3
"""The peer of `tagline import`: DuckDB reads the same JSONL into a table on disk and drops repeats by id.

    python3 benches/duck_import.py slim.jsonl out.db qualify    # needs: pip install duckdb

Four ways that people write it: `typed` (DISTINCT ON, column types given), `auto` (DISTINCT ON, types guessed), `qualify` (the earliest
row of each id by a window), `key` (a primary key, repeats ignored).
"""
import os
import sys

import duckdb

source, target, way = sys.argv[1:4]
if os.path.exists(target):
    os.remove(target)
db = duckdb.connect(target)
db.execute("SET threads TO 2")
types = {"id": "VARCHAR", "created_at": "TIMESTAMP", "author": "VARCHAR", "author_id": "VARCHAR", "text": "VARCHAR", "tags": "VARCHAR[]",
         "lang": "VARCHAR", "likes": "BIGINT", "reposts": "BIGINT", "url": "VARCHAR"}
columns = "{" + ",".join(f"{name}:'{kind}'" for name, kind in types.items()) + "}"
given = f", columns={columns}" if way == "typed" else ""
rows = f"read_json(?, format='newline_delimited', ignore_errors=true{given}) WHERE id IS NOT NULL AND created_at IS NOT NULL"
if way in ("typed", "auto"):
    db.execute(f"CREATE TABLE posts AS SELECT DISTINCT ON (id) * FROM {rows}", [source])
elif way == "qualify":
    db.execute(f"CREATE TABLE posts AS SELECT * FROM {rows} QUALIFY row_number() OVER (PARTITION BY id ORDER BY created_at) = 1", [source])
else:
    named = ", ".join(f"{name} {kind}" for name, kind in types.items()).replace("id VARCHAR,", "id VARCHAR PRIMARY KEY,", 1)
    db.execute(f"CREATE TABLE posts({named})")
    db.execute(f"INSERT OR IGNORE INTO posts SELECT {', '.join(types)} FROM {rows}", [source])
print(db.execute("SELECT count(*) FROM posts").fetchone()[0])
db.close()
