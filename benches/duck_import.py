#!/usr/bin/env python3
"""The peer of `tagline import`: DuckDB reads the same JSONL into a table on disk and drops repeats by id.

    python3 benches/duck_import.py slim.jsonl out.db    # needs: pip install duckdb
"""
import os
import sys

import duckdb

source, target = sys.argv[1], sys.argv[2]
if os.path.exists(target):
    os.remove(target)
db = duckdb.connect(target)
db.execute("SET threads TO 2")
columns = ("{id:'VARCHAR',created_at:'TIMESTAMP',author:'VARCHAR',author_id:'VARCHAR',text:'VARCHAR',tags:'VARCHAR[]',lang:'VARCHAR',"
           "likes:'BIGINT',reposts:'BIGINT',url:'VARCHAR'}")
db.execute(
    f"CREATE TABLE posts AS SELECT DISTINCT ON (id) * FROM read_json(?, format='newline_delimited', columns={columns}, "
    "ignore_errors=true) WHERE id IS NOT NULL AND created_at IS NOT NULL",
    [source])
print(db.execute("SELECT count(*) FROM posts").fetchone()[0])
db.close()
