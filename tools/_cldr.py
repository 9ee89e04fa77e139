"""Reads Unicode's CLDR as npm packages it (Unicode-3.0 licence).

`npm pack` brings the packages; nothing is installed.
"""

import json
import subprocess
import tarfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

VERSION = "48.2.0"
PACKAGES = (
    "cldr-annotations-full",
    "cldr-core",
    "cldr-dates-full",
    "cldr-localenames-full",
    "cldr-numbers-full",
    "cldr-rbnf",
    "cldr-subdivisions-full",
)


class Cldr:
    """CLDR's JSON, from a folder with one folder a package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for package in PACKAGES:
            if not (folder / package).is_dir():
                self._bring(package)

    def _bring(self, package: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{package}@{VERSION}"]
        subprocess.run(command, cwd=self._folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        archive = self._folder / f"{package}-{VERSION}.tgz"
        with tarfile.open(archive) as packed:
            packed.extractall(self._folder / f"{package}.partial", filter="data")
        (self._folder / f"{package}.partial" / "package").rename(self._folder / package)
        (self._folder / f"{package}.partial").rmdir()

    def _read(self, path: str) -> Any:
        return json.loads((self._folder / path).read_text(encoding="utf-8"))

    def annotations(self, language: str) -> Mapping[str, Mapping[str, list[str]]]:
        """Short names (`tts`) and keywords (`default`) by character."""
        path = f"cldr-annotations-full/annotations/{language}/annotations.json"
        found: dict[str, Any] = self._read(path)["annotations"]["annotations"]
        return found

    def names(self, language: str, kind: str) -> Mapping[str, str]:
        """Names of `territories` or `languages` by code."""
        path = f"cldr-localenames-full/main/{language}/{kind}.json"
        found: dict[str, str] = self._read(path)["main"][language]["localeDisplayNames"][kind]
        return found

    def subdivisions(self, language: str) -> Mapping[str, str]:
        """Names of provinces, counties and the like by code; nothing where CLDR has none."""
        path = f"cldr-subdivisions-full/subdivisions/{language}.json"
        if not (self._folder / path).exists():
            return {}
        found: dict[str, str] = self._read(path)["subdivisions"]["localeDisplayNames"][
            "subdivisions"
        ]
        return found

    def cities(self, language: str) -> list[str]:
        """The names of the cities that time zones are called after."""
        path = f"cldr-dates-full/main/{language}/timeZoneNames.json"
        zones = self._read(path)["main"][language]["dates"]["timeZoneNames"]["zone"]
        return list(_values_of(zones, "exemplarCity"))

    def calendar(self, language: str) -> Mapping[str, Any]:
        """The Gregorian calendar: months, days and so on."""
        path = f"cldr-dates-full/main/{language}/ca-gregorian.json"
        found: dict[str, Any] = self._read(path)["main"][language]["dates"]["calendars"][
            "gregorian"
        ]
        return found

    def currencies(self, language: str) -> Mapping[str, Mapping[str, str]]:
        """Names of currencies by code: `displayName` and the forms that counting takes."""
        path = f"cldr-numbers-full/main/{language}/currencies.json"
        found: dict[str, Any] = self._read(path)["main"][language]["numbers"]["currencies"]
        return found

    def number_rules(self, language: str) -> Mapping[str, list[list[str]]] | None:
        """The rules that spell numbers out, by rule set; `None` where CLDR has none."""
        path = f"cldr-rbnf/rbnf/{language}.json"
        if not (self._folder / path).exists():
            return None
        found: dict[str, Any] = self._read(path)["rbnf"]["rbnf"]
        return found.get("SpelloutRules")

    def supplemental(self, name: str) -> Any:
        """A table that is not about a language, such as `currencyData`."""
        return self._read(f"cldr-core/supplemental/{name}.json")["supplemental"]

    @cached_property
    def licence(self) -> str:
        """Unicode's licence."""
        return (self._folder / "cldr-core/LICENSE").read_text(encoding="utf-8")


def _values_of(tree: Any, key: str) -> Any:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            else:
                yield from _values_of(value, key)
