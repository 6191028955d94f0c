"""The theories of a rule file as regular expressions, for programs that have no theories. One source of rules, so that all count the same.

A term's edge touches no letter, mark, digit or `_`; between the words of a phrase stands anything but letters, marks and digits;
`word*` may go on. RE2 and Rust's `regex` know no look-around, so an edge takes a character with it: for "is it there" that is the same.
"""
import re
import tomllib

# What stands where an address was taken out: no part of a word, and no phrase reaches across it.
BARRIER = "\x01"
ADDRESS = r"https?://[^\s]+"
EDGE = r"[^\p{L}\p{M}\p{N}_]"
BETWEEN = r"[^\p{L}\p{M}\p{N}\x01]+"


def patterns(path):
    """Ids of the theories and their expressions, for lower-case text without addresses."""
    with open(path, "rb") as file:
        theories = tomllib.load(file)["theory"]
    for theory in theories:
        if theory.keys() - {"id", "label", "any"}:
            raise SystemExit(f"theory {theory['id']}: only `any` can be said as one expression")
    return [(theory["id"], pattern(theory["any"])) for theory in theories]


def pattern(terms):
    whole = "|".join(phrase(term) for term in terms if not term.endswith("*"))
    begun = [phrase(term[:-1]) for term in terms if term.endswith("*")]
    return f"(?:^|{EDGE})(?:" + "|".join([f"(?:{whole})(?:{EDGE}|$)", *begun]) + ")"


def phrase(term):
    term = term.lower()
    if not re.fullmatch(r"[a-z0-9](?:.*[a-z0-9])?", term) or not term.isascii():
        raise SystemExit(f"term {term!r}: only ASCII, with a letter or digit at both ends")
    return BETWEEN.join(re.findall(r"[a-z0-9]+", term))
