"""Polars as a peer: the same archive into a Parquet file, the same theories counted from it.

It stops at the first broken line, whatever `ignore_errors` says, so it is given a copy without them (made beforehand, not timed).
"""
import json
import sys

import polars as pl
from rules import ADDRESS, BARRIER, patterns

TEXT, NUMBER = pl.String, pl.Int64
SLIM = {"id": TEXT, "created_at": TEXT, "author": TEXT, "author_id": TEXT, "text": TEXT, "tags": pl.List(TEXT), "lang": TEXT,
        "likes": NUMBER, "reposts": NUMBER, "url": TEXT}
ENTITIES = pl.Struct({"hashtags": pl.List(pl.Struct({"text": TEXT})), "urls": pl.List(pl.Struct({"expanded_url": TEXT})),
                      "user_mentions": pl.List(pl.Struct({"screen_name": TEXT}))})
TEXTS = {"text": TEXT, "full_text": TEXT, "extended_tweet": pl.Struct({"full_text": TEXT, "entities": ENTITIES}), "entities": ENTITIES}
TWEETS = {"id_str": TEXT, "created_at": TEXT, **TEXTS, "user": pl.Struct({"id_str": TEXT, "screen_name": TEXT, "name": TEXT}),
          "retweeted_status": pl.Struct({"id_str": TEXT, **TEXTS}), "lang": TEXT, "in_reply_to_status_id_str": TEXT,
          "quoted_status_id_str": TEXT, "favorite_count": NUMBER, "retweet_count": NUMBER}


def flat(rows):
    """The fields that tagline keeps, named as it names them."""
    original, user = pl.col("retweeted_status").struct, pl.col("user").struct
    text = pl.coalesce(original.field("extended_tweet").struct.field("full_text"), original.field("full_text"), original.field("text"),
                       pl.col("extended_tweet").struct.field("full_text"), "full_text", "text")
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.str.replace_all(name, sign, literal=True)

    def listed(key, field):
        found = pl.coalesce(original.field("extended_tweet").struct.field("entities").struct.field(key),
                            original.field("entities").struct.field(key),
                            pl.col("extended_tweet").struct.field("entities").struct.field(key), pl.col("entities").struct.field(key))
        return found.list.eval(pl.element().struct.field(field))

    return rows.select(
        id="id_str", created_at=pl.col("created_at").str.to_datetime("%a %b %d %H:%M:%S +0000 %Y", time_unit="ms"),
        author_id=user.field("id_str"), author=user.field("screen_name"), name=user.field("name"), text=text,
        tags=listed("hashtags", "text"), links=listed("urls", "expanded_url"), mentions=listed("user_mentions", "screen_name"),
        lang="lang", likes="favorite_count", reposts="retweet_count", reply_to="in_reply_to_status_id_str",
        quote_of="quoted_status_id_str", repost_of=original.field("id_str"))


def load(shape, _way, source, target):
    rows = pl.scan_ndjson(source, schema=SLIM if shape == "slim" else TWEETS, ignore_errors=True)
    if shape == "slim":
        rows = rows.with_columns(pl.col("created_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms"))
    else:
        rows = flat(rows)
    rows = rows.unique("id").collect()
    rows.write_parquet(target, compression="zstd")
    print(rows.height)


def count(rules, target):
    theories = patterns(rules)
    folded = pl.col("text").str.replace_all(ADDRESS, BARRIER).str.to_lowercase()
    counts = [pl.col("folded").str.contains(pattern).sum().alias(name) for name, pattern in theories]
    rows = (pl.scan_parquet(target).select(pl.col("created_at").dt.truncate("1h").alias("hour"), folded.alias("folded"))
            .group_by("hour").agg(pl.len(), *counts).sort("hour").collect())
    hours = [[row[0].strftime("%Y-%m-%dT%H:%M:%SZ"), *row[1:]] for row in rows.iter_rows()]
    print(json.dumps({"theories": [name for name, _ in theories], "hours": hours}))


{"import": load, "count": count, "start": lambda: print(pl.__version__)}[sys.argv[1]](*sys.argv[2:])
