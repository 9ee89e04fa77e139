import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from isoglot.core import ModelError
from isoglot.corpora.translation import Apertium, TranslationFailure, Translator
from isoglot.testing.translators import TranslatorContract

WriteProgram = Callable[..., Apertium]

FAKE = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
if arguments == ["-V"]:
    print("Apertium 9.9")
elif arguments == ["-l"]:
    print({modes!r})
else:
    given = sys.stdin.buffer.read().decode()
    with pathlib.Path({log!r}).open("a") as log:
        log.write(repr((arguments, given)) + "\\n")
    {body}
"""
UPPER = "sys.stdout.buffer.write(given.upper().encode())"


@pytest.fixture
def program(tmp_path: Path) -> WriteProgram:
    """Writes a program that stands in for Apertium; `body` answers what it is given."""

    def write(body: str = UPPER, modes: str = "  eng-spa\n  spa-eng\n") -> Apertium:
        path = tmp_path / "apertium"
        log = tmp_path / "log"
        text = FAKE.format(python=os.sys.executable, modes=modes, log=str(log), body=body)
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return Apertium(str(path))

    return write


def _translate(translator: Apertium, *texts: str, source: str = "en", target: str = "es") -> list:
    return translator.translate(texts, source=source, target=target)


class TestWithTheProgram(TranslatorContract):
    @pytest.fixture
    def translator(self) -> Translator:
        translator = Apertium()
        if shutil.which("apertium") is None or translator.check("en", "es"):
            pytest.skip("apertium and its pair eng-spa are not installed")
        return translator

    @pytest.fixture
    def pair(self) -> tuple[str, str]:
        return "en", "es"

    def test_both_directions(self, translator: Translator) -> None:
        # A dictionary's translations; Apertium writes the beginning of a text large.
        assert translator.translate(["the dog"], source="en", target="es") == ["El perro"]
        assert translator.translate(["el perro"], source="es", target="en") == ["The dog"]

    def test_texts_do_not_mix(self, translator: Translator) -> None:
        # Line by line, Apertium gives "Gato", "de", "León del perro" for these.
        said = translator.translate(["cat", "lion", "the dog."], source="en", target="es")
        assert said == ["Gato", "León", "El perro."]

    @pytest.mark.parametrize("char", list("[]{}^$/\\<>"))
    def test_what_apertium_reserves_stays(self, translator: Translator, char: str) -> None:
        (said,) = translator.translate([f"the cat {char} the dog"], source="en", target="es")
        assert said == f"El gato {char} el perro"

    def test_a_name_stays_and_an_unknown_word_is_a_failure(self, translator: Translator) -> None:
        said = translator.translate(
            ["Which animal is on the flag of Veldra?", "the xqzzt of the king"],
            source="en",
            target="es",
        )
        assert said[0] == "Qué animal es en la bandera de Veldra?"
        assert said[1] == TranslationFailure(reason="words unknown to Apertium: xqzzt")


class TestBatches:
    def test_every_text_ends_with_a_null(self, program: WriteProgram, tmp_path: Path) -> None:
        assert _translate(program(), "a b", "c") == ["A B", "C"]
        # One call of the program for both, with what it reserves escaped.
        assert (tmp_path / "log").read_text().splitlines() == [
            repr((["-f", "none", "-z", "eng-spa"], "a b.[]\0c.[]\0"))
        ]

    def test_what_is_reserved_is_escaped_both_ways(
        self, program: WriteProgram, tmp_path: Path
    ) -> None:
        assert _translate(program(), "[a] \\ $5") == ["[A] \\ $5"]
        assert r"\\[a\\] \\\\ \\$5.[]" in (tmp_path / "log").read_text()

    def test_empty_flushes_at_the_end_are_no_texts(self, program: WriteProgram) -> None:
        body = UPPER.replace("given.upper()", "(given.upper() + 3 * chr(0))")
        assert _translate(program(body), "a", "b") == ["A", "B"]

    def test_a_batch_that_loses_texts_is_halved(self, program: WriteProgram) -> None:
        # Every text but "b" is answered; with "b" in the batch, one is missing.
        body = (
            'sys.stdout.buffer.write("".join(each.upper() + chr(0) for each in '
            'given.split(chr(0))[:-1] if each != "b.[]").encode())'
        )
        assert _translate(program(body), "a", "b", "c", "d", "e") == [
            "A",
            TranslationFailure(reason="Apertium did not answer as many texts as it was given"),
            "C",
            "D",
            "E",
        ]

    def test_an_error_of_the_program_is_a_failure_with_its_words(
        self, program: WriteProgram
    ) -> None:
        said = _translate(program('sys.exit("no such file: eng-spa.bin")'), "a")
        assert said == [
            TranslationFailure(reason="Apertium ended with an error: no such file: eng-spa.bin")
        ]


class TestMarks:
    @pytest.mark.parametrize(
        ("text", "answer", "expected"),
        [
            # A name inside the text.
            ("the flag of Veldra?", "La bandera de *Veldra?", "La bandera de Veldra?"),
            ("is D'Artagnan-Lomi in?", "está *D'Artagnan-Lomi?", "está D'Artagnan-Lomi?"),
            # A word that is none, and one that may be one only because it comes first.
            ("the gizmo", "El *gizmo", "words unknown to Apertium: gizmo"),
            ("Gizmos of the king", "*Gizmos del rey", "words unknown to Apertium: Gizmos"),
            ("“Gizmos” rule", "“*Gizmos” rule", "words unknown to Apertium: Gizmos"),
            ("Lomi is Lomi", "*Lomi es *Lomi", "Lomi es Lomi"),
            (
                "a gizmo in a gadget",
                "un *gizmo en *gadget",
                "words unknown to Apertium: gizmo, gadget",
            ),
            # A word that could be looked up but not formed.
            ("the dogs", "El #perro", "Apertium could not form a word (marked '#')"),
            ("the dogs", "El @perro", "Apertium could not form a word (marked '@')"),
        ],
    )
    def test_only_names_stay(
        self, program: WriteProgram, text: str, answer: str, expected: str
    ) -> None:
        body = f"sys.stdout.buffer.write(({answer!r} + '.[]' + chr(0)).encode())"
        (said,) = _translate(program(body), text)
        assert said in (expected, TranslationFailure(reason=expected))
        assert isinstance(said, str) == (not expected.startswith(("words", "Apertium")))

    def test_in_german_a_capital_makes_no_name(self, program: WriteProgram) -> None:
        translator = program('sys.stdout.write("the *Dings.[]\\0")', modes="deu-eng")
        said = _translate(translator, "das Dings", source="de", target="en")
        assert said == [TranslationFailure(reason="words unknown to Apertium: Dings")]

    @pytest.mark.parametrize("mark", ["*", "#", "@", "\0"])
    def test_a_text_with_a_mark_is_not_asked(
        self, program: WriteProgram, tmp_path: Path, mark: str
    ) -> None:
        reason = f"the text holds {mark!r}, which Apertium marks words with"
        assert _translate(program(), f"a {mark} b") == [TranslationFailure(reason=reason)]
        assert not (tmp_path / "log").exists()


class TestPairs:
    def test_codes_are_those_of_the_pair(self, program: WriteProgram) -> None:
        # Modes are named by ISO 639-3, by 639-1, and Malay, Norwegian and Swahili each their way.
        translator = program(modes="es-pt\nswe-dan\nind-zlm\ndan-nob\n")
        pairs = [("es", "pt"), ("sv", "da"), ("id", "ms"), ("da", "no")]
        assert [translator.check(*pair) for pair in pairs] == [[], [], [], []]

    def test_a_pair_that_is_not_installed(self, program: WriteProgram) -> None:
        (problem,) = program().check("en", "sw")
        assert str(problem) == (
            "--with apertium: no pair from 'en' to 'sw' is installed; there are: eng-spa, spa-eng; "
            "install it if there is one (apt search apertium-eng), or use another translator"
        )

    def test_without_the_program(self) -> None:
        (problem,) = Apertium("no-such-program").check("en", "es")
        assert str(problem) == (
            "--with apertium: the program 'no-such-program' was not found; install it with a pair "
            "of languages, such as: apt install apertium apertium-eng-spa; or use another "
            "translator"
        )

    def test_a_program_that_can_not_be_run(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"^apertium: .* can't be run: .*No such file"):
            Apertium(str(tmp_path / "gone")).version("en", "es")


class TestVersion:
    @pytest.fixture
    def installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A folder of pairs with the modes eng-spa and spa-eng; one file is of both."""
        monkeypatch.delenv("APERTIUM_DATADIR", raising=False)
        data = tmp_path / "data"
        (data / "modes").mkdir(parents=True)
        for name in ("eng-spa.bin", "spa-eng.bin", "both rules.t1x"):
            (data / name).write_bytes(name.encode())
        for mode in ("eng-spa", "spa-eng"):
            (data / "modes" / f"{mode}.mode").write_text(
                f"lt-proc {data}/{mode}.bin | apertium-transfer -b '{data}/both rules.t1x' x.bin"
            )
        return data

    @pytest.fixture
    def version(self, program: WriteProgram, installed: Path) -> Callable[..., str]:
        """The version of a pair as a new translator has it, of a program that names the folder."""

        def version(source: str = "en", target: str = "es") -> str:
            translator = program(f"# ${{APERTIUM_DATADIR:-{installed}}}")
            return translator.version(source, target)

        return version

    def test_it_is_the_release_the_mode_and_what_the_mode_is_made_of(
        self, version: Callable[..., str], installed: Path
    ) -> None:
        # The hash of the mode's text, then of the two files that are there, in its order.
        content = (installed / "modes" / "eng-spa.mode").read_bytes() + b"".join(
            hashlib.sha256(name).digest() for name in (b"eng-spa.bin", b"both rules.t1x")
        )
        digest = hashlib.sha256(content).hexdigest()[:16]
        assert version() == f"Apertium 9.9 eng-spa {digest}"

    @pytest.mark.parametrize(
        ("changed", "of_spanish"),
        [
            ("eng-spa.bin", False),
            ("modes/eng-spa.mode", False),
            ("both rules.t1x", True),
        ],
    )
    def test_a_pair_that_was_updated_is_another(
        self, version: Callable[..., str], installed: Path, changed: str, of_spanish: bool
    ) -> None:
        before = version(), version("es", "en")
        with (installed / changed).open("ab") as file:
            file.write(b" ")
        assert version() != before[0]
        assert (version("es", "en") != before[1]) == of_spanish

    def test_the_environment_says_where_the_pairs_are(
        self,
        version: Callable[..., str],
        program: WriteProgram,
        installed: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("APERTIUM_DATADIR", str(installed))
        assert program().version("en", "es") == version()

    def test_else_they_are_beside_the_program(
        self, version: Callable[..., str], installed: Path, tmp_path: Path
    ) -> None:
        expected = version()
        prefix = tmp_path / "usr"
        for folder in ("bin", "share"):
            (prefix / folder).mkdir(parents=True)
        text = FAKE.format(python=os.sys.executable, modes="eng-spa", log="", body="")
        (prefix / "bin" / "apertium").write_text(text)
        (prefix / "bin" / "apertium").chmod(0o755)
        (prefix / "share" / "apertium").symlink_to(installed)
        assert Apertium(str(prefix / "bin" / "apertium")).version("en", "es") == expected

    def test_without_the_modes_file_it_is_what_is_known(self, program: WriteProgram) -> None:
        assert program("# ${APERTIUM_DATADIR:-/no/such}").version("en", "es") == (
            "Apertium 9.9 eng-spa"
        )

    def test_of_the_real_program(self) -> None:
        translator = Apertium()
        if shutil.which("apertium") is None or translator.check("en", "es"):
            pytest.skip("apertium and its pair eng-spa are not installed")
        version = translator.version("en", "es")
        assert re.fullmatch(r"Apertium [\d.]+ (eng-spa|en-es) [0-9a-f]{16}", version)
