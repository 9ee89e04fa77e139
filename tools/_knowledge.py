"""What CLDR's supplemental data know about countries, as far as there is only one right answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from _cldr import Cldr

CONTINENTS = {
    "africa": "002",
    "asia": "142",
    "europe": "150",
    "oceania": "009",
    "north-america": "021",
    "south-america": "005",
}
# Countries that lie on two continents, or whose continent people disagree on.
CONTESTED_CONTINENT = frozenset(["AM", "AU", "AZ", "CY", "EG", "GE", "ID", "KZ", "RU", "TL", "TR"])
# North America proper is Canada and the United States; nobody counts Mexico elsewhere.
SURE_CONTINENT = {"MX": "north-america"}
# The table has one official language, and there is another, or it was changed since: Afghanistan,
# Eritrea, Ethiopia, Iraq, Micronesia, North Macedonia and South Africa have several; Burkina Faso,
# Mali and Niger no longer have French; Montenegro says Montenegrin; the others use two for laws.
CONTESTED_LANGUAGE = frozenset(
    [
        "AF",
        "BF",
        "BI",
        "ER",
        "ET",
        "FM",
        "GQ",
        "IE",
        "IQ",
        "ME",
        "MK",
        "ML",
        "MT",
        "NE",
        "NO",
        "PK",
        "RW",
        "SG",
        "TZ",
        "ZA",
        "ZW",
    ]
)
# Money that is used beside the legal tender, or about to change.
CONTESTED_CURRENCY = frozenset(["BG", "LB", "LR", "VE", "ZW"])


def countries(cldr: Cldr) -> list[str]:
    """The members of the United Nations, by code."""
    groups = cldr.supplemental("territoryContainment")["territoryContainment"]
    return sorted(groups["UN"]["_contains"])


def continents(cldr: Cldr) -> dict[str, str]:
    """The continent of every country that lies on one."""
    groups = cldr.supplemental("territoryContainment")["territoryContainment"]

    def within(group: str) -> Iterator[str]:
        for member in groups.get(group, {}).get("_contains", ()):
            yield member
            yield from within(member)

    members = set(countries(cldr))
    found = {
        country: continent
        for continent, group in CONTINENTS.items()
        for country in within(group)
        if country in members and country not in CONTESTED_CONTINENT
    }
    return dict(sorted({**found, **SURE_CONTINENT}.items()))


def currencies(cldr: Cldr) -> dict[str, str]:
    """The currency of every country that has one legal tender."""
    regions = cldr.supplemental("currencyData")["currencyData"]["region"]
    found = {}
    for country in countries(cldr):
        current = [
            code
            for entry in regions.get(country, ())
            for code, use in entry.items()
            if "_to" not in use and use.get("_tender") != "false"
        ]
        if len(current) == 1 and country not in CONTESTED_CURRENCY:
            found[country] = current[0]
    return found


def official_languages(cldr: Cldr) -> dict[str, str]:
    """The language of every country that has one official language."""
    info = cldr.supplemental("territoryInfo")["territoryInfo"]
    found = {}
    for country in countries(cldr):
        spoken: Mapping[str, Any] = info[country].get("languagePopulation", {})
        official = {
            code.split("_")[0]
            for code, use in spoken.items()
            if use.get("_officialStatus") in {"official", "de_facto_official"}
        }
        if len(official) == 1 and country not in CONTESTED_LANGUAGE:
            found[country] = official.pop()
    return found
