from collections.abc import Callable

import pytest
import typer

from isoglot.cli._errors import friendly
from isoglot.core import InputError, ModelError, Problem

ONE = Problem(place="s.yaml: seed", message="'x' is no number", remedy="write a number")
TWO = Problem(place="s.yaml: models", message="is missing")
LONG = Problem(place="s.yaml: name", message="has a\nline end")


def _raising(error: BaseException) -> Callable[[], None]:
    @friendly
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError([ONE]), "isoglot: s.yaml: seed: 'x' is no number; write a number\n"),
        (
            InputError([ONE, TWO]),
            "isoglot: 2 problems\n"
            "  s.yaml: seed: 'x' is no number; write a number\n"
            "  s.yaml: models: is missing\n",
        ),
        (ModelError("models: no weights"), "isoglot: models: no weights\n"),
        # Problems are counted, not lines.
        (ModelError("models: no\nweights"), "isoglot: models: no\nweights\n"),
        (InputError([LONG]), "isoglot: s.yaml: name: has a\nline end\n"),
        (
            InputError([LONG, TWO]),
            "isoglot: 2 problems\n  s.yaml: name: has a\nline end\n  s.yaml: models: is missing\n",
        ),
    ],
)
def test_wrong_input_is_a_message_and_exit_code_2(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as caught:
        _raising(error)()
    assert caught.value.exit_code == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", said)


def test_an_interruption_is_exit_code_130_and_the_way_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/isoglot", "run", "quickstart", "--out", "runs/q"])
    with pytest.raises(typer.Exit) as caught:
        _raising(KeyboardInterrupt())()
    assert caught.value.exit_code == 130
    assert capsys.readouterr().err == (
        "\nisoglot: interrupted; all that was answered is kept. "
        "To go on: isoglot run quickstart --out runs/q\n"
    )


def test_a_mistake_of_isoglots_own_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        _raising(ZeroDivisionError("on purpose"))()


def test_what_goes_well_is_handed_on() -> None:
    assert friendly(lambda number, *, factor: number * factor)(6, factor=7) == 42
