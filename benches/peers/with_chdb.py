"""ClickHouse (chDB) as a peer: the same archive into a table on disk, the same theories counted from it.

Two ways: `limit` (LIMIT 1 BY id while loading, sorted by time) and `replacing` (ReplacingMergeTree, sorted by id, merged at the end). Both
need a copy without broken lines: the parallel reader loses its place in a file with such lines, up to giving up. A third way, `broken`, is
`limit` with the serial reader, which goes on after a broken line but drops whole ones beside it.
"""
import json
import sys

import chdb
from chdb import session
from rules import ADDRESS, BARRIER, patterns

SLIM = ("id String, created_at DateTime64(3, 'UTC'), author String, author_id String, text String, tags Array(String), lang String, "
        "likes UInt64, reposts UInt64, url String")
ENTITIES = ("Tuple(hashtags Array(Tuple(text String)), urls Array(Tuple(expanded_url String)), "
            "user_mentions Array(Tuple(screen_name String)))")
TEXTS = f"text String, full_text String, extended_tweet Tuple(full_text String, entities {ENTITIES}), entities {ENTITIES}"
TWEETS = (f"id_str String, created_at String, {TEXTS}, user Tuple(id_str String, screen_name String, name String), "
          f"retweeted_status Tuple(id_str String, {TEXTS}), lang String, in_reply_to_status_id_str String, quoted_status_id_str String, "
          "favorite_count UInt64, retweet_count UInt64")
FLAT_TYPES = ("id String, created_at DateTime('UTC'), author_id String, author String, name String, text String, tags Array(String), "
              "links Array(String), mentions Array(String), lang String, likes UInt64, reposts UInt64, reply_to String, quote_of String, "
              "repost_of String")
# The fields that tagline keeps, named as it names them. What is absent is empty here.
FOUND = """multiIf(retweeted_status.extended_tweet.full_text != '', retweeted_status.extended_tweet.entities,
    retweeted_status.id_str != '', retweeted_status.entities,
    extended_tweet.full_text != '', extended_tweet.entities, entities)"""
FLAT = f"""id_str AS id, parseDateTime(created_at, '%a %b %d %H:%i:%s +0000 %Y', 'UTC') AS created_at, user.id_str AS author_id,
    user.screen_name AS author, user.name AS name,
    replaceAll(replaceAll(replaceAll(multiIf(retweeted_status.extended_tweet.full_text != '', retweeted_status.extended_tweet.full_text,
        retweeted_status.full_text != '', retweeted_status.full_text, retweeted_status.text != '', retweeted_status.text,
        extended_tweet.full_text != '', extended_tweet.full_text, full_text != '', full_text, text),
        '&lt;', '<'), '&gt;', '>'), '&amp;', '&') AS text,
    tupleElement(tupleElement({FOUND}, 'hashtags'), 'text') AS tags,
    tupleElement(tupleElement({FOUND}, 'urls'), 'expanded_url') AS links,
    tupleElement(tupleElement({FOUND}, 'user_mentions'), 'screen_name') AS mentions,
    lang, favorite_count AS likes, retweet_count AS reposts, in_reply_to_status_id_str AS reply_to, quoted_status_id_str AS quote_of,
    retweeted_status.id_str AS repost_of"""
SETTINGS = """input_format_allow_errors_ratio = 0.05, input_format_skip_unknown_fields = 1, input_format_null_as_default = 1,
    date_time_input_format = 'best_effort'"""


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def load(shape, way, source, target):
    db = session.Session(target)
    kept, flat, identity = (SLIM, "*", "id") if shape == "slim" else (FLAT_TYPES, FLAT, "id_str")
    engine = "ReplacingMergeTree ORDER BY id" if way == "replacing" else "MergeTree ORDER BY created_at"
    db.query("CREATE DATABASE bench")
    db.query(f"CREATE TABLE bench.posts ({kept}) ENGINE = {engine}")
    structure = quoted(SLIM if shape == "slim" else TWEETS)
    first = "" if way == "replacing" else f"LIMIT 1 BY {identity}"
    parallel = 0 if way == "broken" else 1
    db.query(f"INSERT INTO bench.posts SELECT {flat} FROM file({quoted(source)}, 'JSONEachRow', {structure}) "
             f"WHERE {identity} != '' {first} SETTINGS {SETTINGS}, input_format_parallel_parsing = {parallel}")
    if way == "replacing":
        db.query("OPTIMIZE TABLE bench.posts FINAL")
    print(json.loads(str(db.query("SELECT count() FROM bench.posts", "JSONCompact")))["data"][0][0])
    db.close()


def count(rules, target):
    db = session.Session(target)
    theories = patterns(rules)
    counts = ", ".join(f"countIf(match(folded, {quoted(pattern)}))" for _, pattern in theories)
    answer = db.query(f"""
        SELECT formatDateTime(hour, '%Y-%m-%dT%H:00:00Z', 'UTC'), count(), {counts}
        FROM (SELECT toStartOfHour(created_at) AS hour,
                     lower(replaceRegexpAll(text, {quoted(ADDRESS)}, {quoted(BARRIER)})) AS folded FROM bench.posts)
        GROUP BY hour ORDER BY hour""", "JSONCompact")
    rows = json.loads(str(answer))["data"]
    db.close()
    print(json.dumps({"theories": [name for name, _ in theories], "hours": [[row[0], *map(int, row[1:])] for row in rows]}))


{"import": load, "count": count, "start": lambda: print(chdb.__version__)}[sys.argv[1]](*sys.argv[2:])
