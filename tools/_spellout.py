"""Spells small numbers out by CLDR's rules (rule-based number formats), as far as 0 to 99 need."""

import re
from collections.abc import Mapping

_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_REMAINDER = re.compile(r"→([^→]*)→")
_QUOTIENT = re.compile(r"←([^←]*)←")
_SAME = re.compile(r"=([^=]*)=")
Rules = Mapping[str, list[list[str]]]


class NotSpelledOutError(ValueError):
    """The rules write a number in digits, or in a way that is not understood here."""


def spell_out(number: int, rules: Rules, rule_set: str) -> str:
    """A number in words.

    Raises:
        NotSpelledOutError: The rules do not say it in words.
    """
    bases = sorted(
        ((int(base), body) for base, body in rules[rule_set] if base.isdigit()), reverse=True
    )
    base, body = next((base, body) for base, body in bases if base <= number)
    # The divisor is the largest power of ten that the base holds.
    divisor = 10 ** (len(str(base)) - 1) if base else 1
    remainder = number % divisor if base >= 10 else 0
    body = body.rstrip(";").lstrip("'")
    body = _OPTIONAL.sub(lambda part: part[1] if remainder else "", body)

    def other(match: re.Match[str], value: int) -> str:
        name = match[1] or rule_set
        if not name.startswith("%"):
            raise NotSpelledOutError(f"{number}: {body!r} writes digits")
        return spell_out(value, rules, name)

    body = _REMAINDER.sub(lambda match: other(match, remainder), body)
    body = _QUOTIENT.sub(lambda match: other(match, number // divisor), body)
    body = _SAME.sub(lambda match: other(match, number), body)
    if "$" in body or re.search(r"\d", body):
        raise NotSpelledOutError(f"{number}: {body!r} is no word")
    return body.replace("\u00ad", "").strip()


def cardinal_rule_sets(rules: Rules) -> list[str]:
    """The rule sets of cardinal numbers, the plainest first."""
    found = [name for name in rules if name.startswith("%spellout-cardinal")]
    plain = ("%spellout-cardinal", "%spellout-cardinal-masculine", "%spellout-cardinal-neuter")
    return sorted(found, key=lambda name: (plain.index(name) if name in plain else 9, name))
