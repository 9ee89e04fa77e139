import re

import pytest

from isoglot.core import (
    InputError,
    IsoglotError,
    MissingExtraError,
    ModelError,
    Problem,
    RunFolderError,
    UnknownLanguageError,
    install_command,
)

ONE = Problem(place="s.yaml: seed", message="'x' is no number", remedy="write a number")
TWO = Problem(place="s.yaml: models", message="is missing")


def test_a_problem_reads_place_message_remedy() -> None:
    assert str(ONE) == "s.yaml: seed: 'x' is no number; write a number"
    assert str(TWO) == "s.yaml: models: is missing"


def test_all_problems_stand_in_one_message_a_line_each() -> None:
    error = InputError([ONE, TWO])
    assert error.problems == (ONE, TWO)
    assert str(error).splitlines() == [
        "s.yaml: seed: 'x' is no number; write a number",
        "s.yaml: models: is missing",
    ]


def test_an_input_error_without_a_problem_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs at least one problem"):
        InputError([])


def test_a_missing_extra_is_the_command_that_installs_it() -> None:
    error = MissingExtraError(extra="local", needed_for="hf/x/y", module="torch")
    assert str(error) == (
        "hf/x/y needs the extra 'local' (module 'torch' was not found); "
        "run: pip install 'isoglot[local]'"
    )
    assert error.extra == "local"
    assert install_command("local") == "run: pip install 'isoglot[local]'"


def test_a_run_folder_error_names_place_message_and_remedy() -> None:
    error = RunFolderError(place="--out runs/q", message="is full", remedy="free some space")
    assert str(error) == "--out runs/q: is full; free some space"
    assert error.problem == Problem(
        place="--out runs/q", message="is full", remedy="free some space"
    )


def test_an_unknown_language_is_not_shown_in_quotes_as_a_key_error_would() -> None:
    problem = Problem(place="languages", message="'xx' is not known")
    assert str(UnknownLanguageError([problem])) == "languages: 'xx' is not known"


@pytest.mark.parametrize(
    ("error", "builtins"),
    [
        (InputError([ONE]), (ValueError,)),
        (UnknownLanguageError([ONE]), (InputError, ValueError, KeyError)),
        (MissingExtraError(extra="e", needed_for="n", module="m"), (ImportError,)),
        (RunFolderError(place="p", message="m", remedy="r"), (OSError,)),
        (ModelError("m"), (RuntimeError,)),
    ],
)
def test_every_leaf_is_also_a_builtin(
    error: Exception, builtins: tuple[type[Exception], ...]
) -> None:
    for each in (IsoglotError, *builtins):
        with pytest.raises(each, match=re.escape(str(error))):
            raise error
