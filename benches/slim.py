#!/usr/bin/env python3
"""Writes a slim JSONL archive of invented posts: about 370 bytes a line, 10 % repeats, 1 % broken lines, in time order.

    python3 benches/slim.py 1000000 > slim.jsonl

Seeded: the same number gives the same bytes. Every name and text is made up by this script.
"""
import json
import random
import sys

WORDS = (
    "archive agency answer before believe border broken building camera channel chart claim clock cover crowd desk document door "
    "early evening evidence expert explain file first forum garden ghost hidden hour island joke journal key leak letter machine "
    "market memory message mirror morning mystery network night notice number office paper pattern people photo piece plan press "
    "puzzle question radio reason record release river room rumour screen secret server shadow signal silence source station "
    "story street summer teaser theory thread tower tunnel vault video voice wall water week window winter witness word year"
).split()
TERMS = ["fbi files", "clinton", "emails", "wtc 7", "9/11", "towers", "cia documents", "hacking tools", "mole",
         "seed vault", "svalbard", "dead man's switch", "insurance file", "weeping angel", "smart tv"]
LANGS = ["en", "en", "en", "en", "de", "es", "fr", "ru"]


def main():
    count = int(sys.argv[1])
    rng = random.Random(7)
    authors = [f"demo_{n:05d}" for n in range(50_000)]
    out = sys.stdout
    recent = []
    time = 1_486_000_000_000
    for n in range(count):
        kind = rng.random()
        if kind < 0.01:
            out.write('{"id": "%d", "created_at": "2017-02-0\n' % n)
            continue
        if kind < 0.11 and recent:
            out.write(rng.choice(recent))
            continue
        time += rng.randrange(0, 7200)
        body = [rng.choice(WORDS) for _ in range(rng.randrange(8, 20))]
        if rng.random() < 0.4:
            body.insert(rng.randrange(len(body)), rng.choice(TERMS))
        if rng.random() < 0.1:
            body.append("“так говорят”")
        tags = ["Vault7"] + (["WikiLeaks"] if rng.random() < 0.3 else [])
        text = " ".join(body).capitalize() + " " + " ".join("#" + tag for tag in tags)
        if rng.random() < 0.5:
            text += " https://t.co/" + "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=10))
        author = authors[int(len(authors) * rng.random() ** 3)]
        seconds, ms = divmod(time, 1000)
        stamp = iso(seconds) + ".%03dZ" % ms
        line = json.dumps({
            "id": str(((time - 1_288_834_974_657) << 22) | (n & 0x3FFFFF)), "created_at": stamp, "author": author,
            "author_id": str(10_000_000 + int(author[5:])), "text": text, "tags": tags, "lang": rng.choice(LANGS),
            "likes": int(rng.paretovariate(1.2)) - 1, "reposts": int(rng.paretovariate(1.5)) - 1, "url": f"https://example.org/{author}/{n}",
        }, ensure_ascii=False) + "\n"
        out.write(line)
        if len(recent) < 10_000:
            recent.append(line)
        else:
            recent[rng.randrange(10_000)] = line


def iso(seconds):
    days, rest = divmod(seconds, 86_400)
    # Civil date from days since 1970, after Howard Hinnant's `chrono`-compatible algorithms.
    days += 719_468
    era, doe = divmod(days, 146_097)
    yoe = (doe - doe // 1460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    return "%04d-%02d-%02dT%02d:%02d:%02d" % (year, month, day, rest // 3600, rest % 3600 // 60, rest % 60)


main()
