import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import InputError, Place, read_utf8

MARK = b"\xef\xbb\xbf"
# Letters of one to four bytes; no line ends.
LINES = st.lists(st.text(alphabet="ab ñ中🦁\u2028", max_size=6), min_size=1, max_size=5)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text") / "text.txt"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("a.txt"), "a.txt"),
        (Place("a.txt", 3), "a.txt, line 3"),
        (Place("a.txt", 3, 7), "a.txt, line 3, column 7"),
    ],
)
def test_a_place_reads_file_line_column(place: Place, text: str) -> None:
    assert str(place) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (MARK, ""),
        (b"a\nb", "a\nb"),
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\rb\r", "a\nb\n"),
        (b"a\n\r\n\rb", "a\n\n\nb"),
        (MARK + "ñ\r\n".encode(), "ñ\n"),
        # Only in front is it a mark; anywhere else it is a letter.
        (b"a" + MARK, "a\ufeff"),
        # Not an end of a line here, whatever str.splitlines thinks.
        ("a\u2028b\u0085c".encode(), "a\u2028b\u0085c"),
    ],
)
def test_marks_and_line_ends_are_of_one_kind(path: Path, data: bytes, text: str) -> None:
    path.write_bytes(data)
    assert read_utf8(path) == text


@settings(deadline=None)
@given(lines=LINES, end=ENDS, marked=st.booleans())
def test_lines_come_back_whatever_ends_them(
    path: Path, lines: list[str], end: str, marked: bool
) -> None:
    path.write_bytes((MARK if marked else b"") + end.join(lines).encode())
    assert read_utf8(path) == "\n".join(lines)


@pytest.mark.parametrize(
    ("data", "place", "byte"),
    [
        (b"\xff", "line 1, column 1", "0xff"),
        (b"ab\xffcd", "line 1, column 3", "0xff"),
        (MARK + b"ab\xffcd", "line 1, column 3", "0xff"),
        (b"a\nb\nc\xe9", "line 3, column 2", "0xe9"),
        (b"a\r\nb\xe9", "line 2, column 2", "0xe9"),
        (b"a\rb\xe9", "line 2, column 2", "0xe9"),
        # Columns are letters, not bytes: the two before have two and four.
        ("ñ🦁".encode() + b"\xa0", "line 1, column 3", "0xa0"),
        # A letter that is cut off is wrong from its beginning.
        ("a\n中".encode()[:-1], "line 2, column 1", "0xe4"),
    ],
)
def test_a_byte_that_is_not_utf_8_is_named_with_its_place(
    path: Path, data: bytes, place: str, byte: str
) -> None:
    path.write_bytes(data)
    expected = f"{path}, {place}: is not UTF-8 text (byte {byte}); save it as UTF-8"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        read_utf8(path)


@settings(deadline=None)
@given(lines=LINES, end=ENDS, marked=st.booleans(), data=st.data())
def test_a_bad_byte_is_found_wherever_it_is(
    path: Path, lines: list[str], end: str, marked: bool, data: st.DataObject
) -> None:
    line = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.integers(0, len(lines[line])))
    whole = [each.encode() for each in lines]
    whole[line] = lines[line][:column].encode() + b"\xff" + lines[line][column:].encode()
    path.write_bytes((MARK if marked else b"") + end.encode().join(whole))
    with pytest.raises(InputError, match="byte 0xff") as caught:
        read_utf8(path)
    assert caught.value.problems[0].place == str(Place(str(path), line + 1, column + 1))


def test_utf_16_is_refused_at_its_first_byte(path: Path) -> None:
    path.write_bytes("a".encode("utf-16"))
    with pytest.raises(InputError, match=r"line 1, column 1: is not UTF-8 text \(byte 0xff\)"):
        read_utf8(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    expected = f"{tmp_path}: can't be read (is a directory); name a file"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        read_utf8(tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.txt"
    expected = f"{path}: can't be read (no such file or directory); check the path"
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        read_utf8(path)
