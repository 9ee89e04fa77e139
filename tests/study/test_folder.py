import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from filelock import FileLock

from isoglot.core import Problem, RunFolderError
from isoglot.study import (
    STUDY_FILE,
    Silent,
    Study,
    explained,
    read_run_study,
    read_study,
    run_study,
)
from isoglot.study._folder import check_folder, only_process, write_run_study

WriteStudy = Callable[..., Path]


@pytest.fixture
def begun(folder: Path, study: Study) -> Path:
    """The folder of a run that began."""
    folder.mkdir(parents=True)
    write_run_study(folder, study)
    return folder


class TestCheckFolder:
    def test_a_folder_that_is_not_there_is_fine_and_stays_away(
        self, folder: Path, study: Study
    ) -> None:
        assert check_folder(folder, study) == []
        assert not folder.parent.exists()

    def test_an_empty_folder_is_fine(self, folder: Path, study: Study) -> None:
        folder.mkdir(parents=True)
        assert check_folder(folder, study) == []

    def test_what_a_killed_process_left_before_its_study_is_no_hindrance(
        self, folder: Path, study: Study
    ) -> None:
        folder.mkdir(parents=True)
        (folder / ".lock").touch()
        (folder / ".study.yaml.4711.tmp").write_text("name: ti")
        assert check_folder(folder, study) == []
        assert {path.name for path in folder.iterdir()} == {".lock", ".study.yaml.4711.tmp"}
        assert run_study(study, folder, progress=Silent()).asked == 36

    def test_a_run_of_the_same_study_goes_on(self, begun: Path, study: Study) -> None:
        (begun / "results.db").touch()
        assert check_folder(begun, study) == []

    def test_another_study_is_refused_with_what_differs(self, begun: Path, study: Study) -> None:
        other = Study.model_validate(
            study.as_yaml_values()
            | {"seed": 4, "facts": {"world": {"size": 5, "seed": 1}}, "limit": 2}
        )
        assert check_folder(begun, other) == [
            Problem(
                place=f"--out {begun}",
                message="holds another study ('tiny'; what differs: seed, facts.world.size, "
                "facts.world.seed, limit)",
                remedy="give another --out, or remove the folder",
            )
        ]

    @pytest.mark.parametrize(
        ("paradigms", "changed"),
        [
            ({"fine-tuning": {"epochs": 3, "ask_after": [0, 1, 3]}}, "paradigms.in-context"),
            ({"in-context": {}}, "paradigms.fine-tuning"),
            (
                {"in-context": {}, "fine-tuning": {"epochs": 3, "ask_after": [0, 3]}},
                "paradigms.fine-tuning.ask_after",
            ),
        ],
    )
    def test_what_differs_in_a_paradigm_is_named(
        self, begun: Path, study: Study, paradigms: dict[str, Any], changed: str
    ) -> None:
        other = Study.model_validate(study.as_yaml_values() | {"paradigms": paradigms})
        (problem,) = check_folder(begun, other)
        assert problem.message == f"holds another study ('tiny'; what differs: {changed})"

    def test_a_deterministic_study_is_another_study(self, begun: Path, study: Study) -> None:
        other = Study.model_validate(study.as_yaml_values() | {"deterministic": True})
        (problem,) = check_folder(begun, other)
        assert problem.message == "holds another study ('tiny'; what differs: deterministic)"

    def test_a_run_of_before_there_were_deterministic_ones_goes_on(
        self, begun: Path, study: Study
    ) -> None:
        text = (begun / STUDY_FILE).read_text(encoding="utf-8")
        assert "deterministic: false\n" in text
        (begun / STUDY_FILE).write_text(text.replace("deterministic: false\n", ""))
        assert check_folder(begun, study) == []

    def test_a_paradigm_more_is_a_difference_too(
        self, folder: Path, study: Study, tiny_study: WriteStudy
    ) -> None:
        paradigms = {"fine-tuning": {"epochs": 3, "ask_after": [0, 1, 3]}}
        folder.mkdir(parents=True)
        write_run_study(folder, read_study(tiny_study(paradigms=paradigms)))
        (problem,) = check_folder(folder, study)
        assert problem.message.endswith("what differs: paradigms.in-context)")

    def test_another_description_is_the_same_study(
        self, begun: Path, study: Study, tiny_study: WriteStudy
    ) -> None:
        described = read_study(tiny_study(description="In other words."))
        assert described.asks_the_same(study)
        assert described != study
        assert check_folder(begun, described) == []

    def test_a_folder_with_other_things_is_refused(self, folder: Path, study: Study) -> None:
        folder.mkdir(parents=True)
        (folder / "thesis.tex").touch()
        assert check_folder(folder, study) == [
            Problem(
                place=f"--out {folder}",
                message="is not empty and holds no study",
                remedy="give another --out",
            )
        ]

    def test_a_file_is_refused(self, folder: Path, study: Study) -> None:
        folder.parent.mkdir()
        folder.write_text("a file")
        assert check_folder(folder, study) == [
            Problem(place=f"--out {folder}", message="is a file", remedy="name a folder")
        ]

    def test_a_folder_below_a_file_is_refused(self, folder: Path, study: Study) -> None:
        folder.parent.write_text("a file")
        assert check_folder(folder, study) == [
            Problem(
                place=f"--out {folder}",
                message=f"{str(folder.parent)!r} can't be written",
                remedy="give another --out, or make it writable",
            )
        ]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_read_only_parent_is_refused(self, folder: Path, study: Study) -> None:
        folder.parent.mkdir(mode=0o555)
        (problem,) = check_folder(folder, study)
        assert problem.message == f"{str(folder.parent)!r} can't be written"

    def test_a_study_that_can_not_be_read_is_refused(self, begun: Path, study: Study) -> None:
        (begun / STUDY_FILE).write_text("name: [")
        (problem,) = check_folder(begun, study)
        assert problem.place == str(begun / STUDY_FILE)
        assert problem.message.startswith("can't be read (while parsing a flow node")
        assert problem.remedy.endswith("give another --out")


class TestReadAndWrite:
    def test_a_study_comes_back_as_it_was_written(self, begun: Path, study: Study) -> None:
        assert read_run_study(begun) == study
        assert [path.name for path in begun.iterdir()] == [STUDY_FILE]

    def test_every_default_is_written(self, begun: Path) -> None:
        values = yaml.safe_load((begun / STUDY_FILE).read_text(encoding="utf-8"))
        assert values["decoding"] == {
            "max_new_tokens": 24,
            "stop": ["\n"],
            "temperature": 0,
            "top_p": 1,
        }
        assert values["paradigms"]["fine-tuning"]["decay"] == 0.85
        assert values["models"][0]["dtype"] == "auto"

    def test_a_folder_without_a_study_is_no_runs(self, tmp_path: Path) -> None:
        expected = (
            f"{tmp_path}: is not a run's folder (it has no study.yaml); "
            "give the --out of an isoglot run"
        )
        with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
            read_run_study(tmp_path)

    @pytest.mark.parametrize("text", ["name: [", "name: tiny\n", "- a list\n"])
    def test_a_study_that_was_changed_by_hand_is_refused(self, begun: Path, text: str) -> None:
        (begun / STUDY_FILE).write_text(text)
        with pytest.raises(RunFolderError, match=r"study.yaml: can't be read \(.*; it was changed"):
            read_run_study(begun)


class TestOnlyProcess:
    def test_it_makes_the_folder(self, folder: Path) -> None:
        with only_process(folder):
            assert folder.is_dir()

    def test_a_second_one_is_refused(self, folder: Path) -> None:
        expected = (
            f"--out {folder}: another isoglot process is working in this folder; "
            "wait for it to end, or give another --out"
        )
        with (
            only_process(folder),
            pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"),
            only_process(folder),
        ):
            pass

    def test_whoever_holds_the_lock(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        with (
            FileLock(folder / ".lock"),
            pytest.raises(RunFolderError, match="another isoglot"),
            only_process(folder),
        ):
            pass

    def test_the_lock_is_free_again_after_an_error(self, folder: Path) -> None:
        with pytest.raises(ZeroDivisionError, match="on purpose"), only_process(folder):
            raise ZeroDivisionError("on purpose")
        with only_process(folder):
            assert (folder / ".lock").exists()

    def test_a_folder_that_can_not_be_made_is_explained(self) -> None:
        # Nobody can make folders there, not even root.
        with (
            pytest.raises(RunFolderError, match=r"^/proc/isoglot.*; make it writable, or give"),
            only_process(Path("/proc/isoglot/run")),
        ):
            pass


class TestExplained:
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk(self, tmp_path: Path, number: int) -> None:
        expected = (
            f"/x/adapter: {os.strerror(number)}; "
            "free some space and run the same command again: all that was answered is kept"
        )
        with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"), explained(tmp_path):
            raise OSError(number, os.strerror(number), "/x/adapter")

    def test_a_disk_that_is_really_full(self, tmp_path: Path) -> None:
        with (
            pytest.raises(RunFolderError, match="No space left on device; free some space"),
            explained(tmp_path),
            Path("/dev/full").open("w") as file,
        ):
            file.write("anything")

    @pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
    def test_a_read_only_disk(self, tmp_path: Path, number: int) -> None:
        expected = (
            f"--out {tmp_path}: {os.strerror(number)}; make it writable, or give another --out"
        )
        with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"), explained(tmp_path):
            raise OSError(number, os.strerror(number))

    def test_a_full_disk_in_a_librarys_own_words(self, tmp_path: Path) -> None:
        class SafetensorError(Exception):
            pass

        with (
            pytest.raises(RunFolderError, match=f"^--out {re.escape(str(tmp_path))}: .*; free"),
            explained(tmp_path),
        ):
            raise SafetensorError("I/O error: No space left on device (os error 28)")

    @pytest.mark.parametrize(
        "error", [ValueError("other"), OSError(errno.ENOENT, "other"), KeyboardInterrupt("other")]
    )
    def test_anything_else_stays_what_it_is(self, tmp_path: Path, error: BaseException) -> None:
        with pytest.raises(type(error), match="other") as caught, explained(tmp_path):
            raise error
        assert caught.value is error

    def test_what_is_clear_already_stays_as_it_is(self, tmp_path: Path) -> None:
        error = RunFolderError(place="p", message="No space left on device", remedy="r")
        with (
            pytest.raises(RunFolderError, match=r"^p: No space left on device; r$"),
            explained(tmp_path),
        ):
            raise error
