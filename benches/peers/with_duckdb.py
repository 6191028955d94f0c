"""DuckDB as a peer: the same archive into a table of a database file, the same theories counted from it.

Three ways that people write a load without repeats: `distinct` (any row of each id), `qualify` (the earliest, by a window), `key` (a primary
key, repeats ignored). Column types are given, which is never slower than guessing.
"""
import json
import os
import sys

import duckdb
from rules import ADDRESS, BARRIER, patterns

SLIM = {"id": "VARCHAR", "created_at": "TIMESTAMP", "author": "VARCHAR", "author_id": "VARCHAR", "text": "VARCHAR", "tags": "VARCHAR[]",
        "lang": "VARCHAR", "likes": "BIGINT", "reposts": "BIGINT", "url": "VARCHAR"}
ENTITIES = ("STRUCT(hashtags STRUCT(text VARCHAR)[], urls STRUCT(expanded_url VARCHAR)[], "
            "user_mentions STRUCT(screen_name VARCHAR)[])")
EXTENDED = f"STRUCT(full_text VARCHAR, entities {ENTITIES})"
RETWEETED = f"STRUCT(id_str VARCHAR, text VARCHAR, full_text VARCHAR, extended_tweet {EXTENDED}, entities {ENTITIES})"
TWEETS = {"id_str": "VARCHAR", "created_at": "VARCHAR", "text": "VARCHAR", "full_text": "VARCHAR", "extended_tweet": EXTENDED,
          "entities": ENTITIES, "user": "STRUCT(id_str VARCHAR, screen_name VARCHAR, name VARCHAR)", "retweeted_status": RETWEETED,
          "lang": "VARCHAR", "in_reply_to_status_id_str": "VARCHAR", "quoted_status_id_str": "VARCHAR", "favorite_count": "BIGINT",
          "retweet_count": "BIGINT"}
# The fields that tagline keeps, named as it names them.
FLAT = """id_str AS id, strptime(created_at, '%a %b %d %H:%M:%S +0000 %Y') AS created_at, "user".id_str AS author_id,
    "user".screen_name AS author, "user".name AS name,
    replace(replace(replace(coalesce(retweeted_status.extended_tweet.full_text, retweeted_status.full_text, retweeted_status.text,
        extended_tweet.full_text, full_text, text), '&lt;', '<'), '&gt;', '>'), '&amp;', '&') AS text,
    list_transform(coalesce(retweeted_status.extended_tweet.entities, retweeted_status.entities, extended_tweet.entities,
        entities).hashtags, lambda tag: tag.text) AS tags,
    list_transform(coalesce(retweeted_status.extended_tweet.entities, retweeted_status.entities, extended_tweet.entities,
        entities).urls, lambda link: link.expanded_url) AS links,
    list_transform(coalesce(retweeted_status.extended_tweet.entities, retweeted_status.entities, extended_tweet.entities,
        entities).user_mentions, lambda mention: mention.screen_name) AS mentions,
    lang, favorite_count AS likes, retweet_count AS reposts, in_reply_to_status_id_str AS reply_to, quoted_status_id_str AS quote_of,
    retweeted_status.id_str AS repost_of"""
FLAT_TYPES = {"id": "VARCHAR", "created_at": "TIMESTAMP", "author_id": "VARCHAR", "author": "VARCHAR", "name": "VARCHAR",
              "text": "VARCHAR", "tags": "VARCHAR[]", "links": "VARCHAR[]", "mentions": "VARCHAR[]", "lang": "VARCHAR", "likes": "BIGINT",
              "reposts": "BIGINT", "reply_to": "VARCHAR", "quote_of": "VARCHAR", "repost_of": "VARCHAR"}


def load(shape, way, source, target):
    types = SLIM if shape == "slim" else TWEETS
    columns = "{" + ",".join(f"\"{name}\": '{kind}'" for name, kind in types.items()) + "}"
    flat, identity = ("*", "id") if shape == "slim" else (FLAT, "id_str")
    rows = (f"SELECT {flat} FROM read_json(?, format='newline_delimited', ignore_errors=true, columns={columns}) "
            f"WHERE {identity} IS NOT NULL AND created_at IS NOT NULL")
    if os.path.exists(target):
        os.remove(target)
    db = duckdb.connect(target)
    if way == "distinct":
        db.execute(f"CREATE TABLE posts AS SELECT DISTINCT ON (id) * FROM ({rows})", [source])
    elif way == "qualify":
        db.execute(f"CREATE TABLE posts AS FROM ({rows}) QUALIFY row_number() OVER (PARTITION BY id ORDER BY created_at) = 1", [source])
    else:
        kept = SLIM if shape == "slim" else FLAT_TYPES
        named = ", ".join(f"{name} {kind}" + (" PRIMARY KEY" if name == "id" else "") for name, kind in kept.items())
        db.execute(f"CREATE TABLE posts({named})")
        db.execute(f"INSERT OR IGNORE INTO posts BY NAME {rows}", [source])
    print(db.execute("SELECT count(*) FROM posts").fetchone()[0])
    db.close()


def count(rules, target):
    db = duckdb.connect(target, read_only=True)
    theories = patterns(rules)
    counts = ", ".join(f"count(*) FILTER (regexp_matches(folded, '{pattern}'))" for _, pattern in theories)
    rows = db.execute(f"""
        SELECT strftime(hour, '%Y-%m-%dT%H:%M:%SZ'), count(*), {counts}
        FROM (SELECT date_trunc('hour', created_at) AS hour,
                     lower(regexp_replace(text, '{ADDRESS}', '{BARRIER}', 'g')) AS folded FROM posts)
        GROUP BY hour ORDER BY hour""").fetchall()
    print(json.dumps({"theories": [name for name, _ in theories], "hours": [list(row) for row in rows]}))


{"import": load, "count": count, "start": lambda: print(duckdb.__version__)}[sys.argv[1]](*sys.argv[2:])
