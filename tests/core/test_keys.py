import hashlib
from typing import Any

import pytest

from isoglot.core import Decoding, answer_key

GIVEN: dict[str, Any] = {
    "model": "m1",
    "adapter": "a1",
    "prompt": "Q: 狮\nA:",
    "decoding": Decoding(max_new_tokens=16, stop=("\n", "问")),
    "seed": 7,
}


def test_a_key_is_the_sha256_of_sorted_json() -> None:
    written = (
        '{"adapter": "a1", "decoding": {"max_new_tokens": 16, "stop": ["\\n", "问"]}, '
        '"model": "m1", "prompt": "Q: 狮\\nA:", "seed": 7}'
    )
    assert answer_key(**GIVEN) == hashlib.sha256(written.encode()).hexdigest()


def test_keys_are_pinned() -> None:
    # Run folders hold these keys: whoever changes one makes all stored answers unfindable.
    # printf '%s' '{"adapter": null, …}' | sha256sum
    assert answer_key(**GIVEN) == "84337913197170efdf2488c3b5cd1d19ee3109343b3ab615a56c3180bf73e978"
    bare = answer_key(model="m1", adapter=None, prompt="Q: ?\nA:", decoding=Decoding(), seed=0)
    assert bare == "b0e1904469d401bb485534d8a69047f4c4b5c41f4cf5bfee4244bf0a0f01f24b"


@pytest.mark.parametrize(
    "change",
    [
        {"model": "m2"},
        {"adapter": "a2"},
        {"adapter": None},
        {"adapter": "null"},
        {"prompt": "Q: 狮\nA: "},
        {"prompt": "Q: 獅\nA:"},
        {"decoding": Decoding(max_new_tokens=17, stop=("\n", "问"))},
        {"decoding": Decoding(max_new_tokens=16, stop=("\n",))},
        {"decoding": Decoding(max_new_tokens=16, stop=("问", "\n"))},
        {"decoding": Decoding(max_new_tokens=16, stop=("\n", "问"), temperature=1)},
        {"decoding": Decoding(max_new_tokens=16, stop=("\n", "问"), top_p=0.5)},
        {"seed": 8},
    ],
)
def test_everything_that_determines_an_answer_changes_its_key(change: dict[str, Any]) -> None:
    assert answer_key(**{**GIVEN, **change}) != answer_key(**GIVEN)


def test_text_does_not_flow_from_one_field_into_the_next() -> None:
    one = answer_key(**{**GIVEN, "model": "m", "prompt": '1", "x": "'})
    two = answer_key(**{**GIVEN, "model": 'm1", "x": "', "prompt": ""})
    assert one != two


def test_every_decoding_field_is_in_the_key() -> None:
    # A field that is added to Decoding must be tried above.
    assert set(Decoding.model_fields) == {"max_new_tokens", "stop", "temperature", "top_p"}
