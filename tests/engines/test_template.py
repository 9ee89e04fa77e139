"""What chat templates write: turns, a pinned date, and what is wrong with some."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from chat_templates import FAMILIES, LLAMA, MISTRAL

from isoglot.engines._template import (
    ChatTemplate,
    ChatTemplateError,
    read_template,
    read_tokens,
)

TURNS = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"


def template(name: str, *, system: str | None = None) -> ChatTemplate:
    return ChatTemplate(FAMILIES[name].source, tokens=FAMILIES[name].tokens, system=system)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_question_is_a_users_turn_up_to_where_the_answer_begins(name: str) -> None:
    assert template(name).prompt("Who?") == FAMILIES[name].asked


@pytest.mark.parametrize("name", FAMILIES)
def test_an_exchange_begins_as_what_is_asked_and_ends_with_the_turn(name: str) -> None:
    exchange = template(name).exchange("Who?", "Lomi")
    assert exchange == FAMILIES[name].told
    assert exchange.startswith(FAMILIES[name].asked)


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].directed])
def test_a_system_prompt_stands_where_the_template_has_it(name: str) -> None:
    assert template(name, system="Be brief.").prompt("Who?") == FAMILIES[name].directed


class _Clock(datetime):
    day = datetime(1999, 12, 31)

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return cls.day


@pytest.mark.parametrize("family", [LLAMA, MISTRAL], ids=["date_string", "strftime_now"])
def test_a_template_with_a_date_writes_the_same_tomorrow(
    family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By transformers it does not: that the clock is turned is seen by it."""
    utilities = pytest.importorskip("transformers.utils.chat_template_utils")
    monkeypatch.setattr(utilities, "datetime", _Clock)
    ours, theirs = set(), set()
    for day in (datetime(1999, 12, 31), datetime(2031, 1, 1)):
        monkeypatch.setattr(_Clock, "day", day)
        ours.add(ChatTemplate(family.source, tokens=family.tokens).prompt("Who?"))
        rendered, _ = utilities.render_jinja_template(
            [[{"role": "user", "content": "Who?"}]],
            chat_template=family.source,
            add_generation_prompt=True,
            **family.tokens,
        )
        theirs.add(rendered[0])
    assert ours == {family.asked}
    assert len(theirs) == 2


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% if %}", "Expected an expression, got 'end of statement block'"),
        ("{{ messages[0].nothing.at_all }}", "'dict object' has no attribute 'nothing'"),
        ("{{ raise_exception('Use another  one.') }}", "Use another one."),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ messages.append(1) }}", "access to attribute 'append' of 'list' object is unsafe."),
        ("{{ raise_exception.__globals__.json }}", "access to attribute '__globals__' of"),
        ("Hello!", "it leaves the question out"),
        ("{{ messages[0].content }}", "it leaves the answer out"),
    ],
)
def test_a_template_that_can_not_be_applied_says_why(source: str, reason: str) -> None:
    expected = f"the model's chat template can't be applied ({reason}"
    with pytest.raises(ChatTemplateError, match=f"^{re.escape(expected)}"):
        ChatTemplate(source, tokens={})


def test_a_template_that_loses_the_system_prompt_says_so() -> None:
    silent = TURNS.replace("messages", "messages if message.role != 'system'")
    assert ChatTemplate(silent, tokens={}).prompt("Who?") == "user: Who?\n"
    with pytest.raises(ChatTemplateError, match="it leaves the system prompt out"):
        ChatTemplate(silent, tokens={}, system="Be brief.")


def test_an_empty_system_prompt_takes_the_place_of_the_templates_own() -> None:
    assert template("qwen", system="").prompt("Who?").startswith("<|im_start|>system\n<|im_end|>")


def test_a_template_may_write_json_and_break_out_of_loops() -> None:
    source = (
        "{% for message in messages %}{{ message.content | tojson }}"
        "{% if message.content == 'é<' %}{% break %}{% endif %}{% endfor %}"
    )
    assert ChatTemplate(source, tokens={}).prompt("é<") == '"é<"'


def test_a_template_lies_beside_the_tokenizer_or_in_its_configuration(tmp_path: Path) -> None:
    assert read_template(tmp_path) is None
    config = tmp_path / "tokenizer_config.json"
    config.write_text("{")  # for transformers to say
    assert read_template(tmp_path) is None
    config.write_text(json.dumps({"chat_template": ""}))
    assert read_template(tmp_path) is None
    config.write_text(json.dumps({"chat_template": "in the configuration"}))
    assert read_template(tmp_path) == "in the configuration"
    named = [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]
    config.write_text(json.dumps({"chat_template": named}))
    assert read_template(tmp_path) == "d"
    config.write_text(json.dumps({"chat_template": named[:1]}))
    assert read_template(tmp_path) is None
    (tmp_path / "chat_template.jinja").write_text("ŵ beside it", encoding="utf-8")
    assert read_template(tmp_path) == "ŵ beside it"


def test_a_template_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_bytes(b"\xff")
    with pytest.raises(ChatTemplateError, match=r"\(chat_template\.jinja: 'utf-8' codec"):
        read_template(tmp_path)


def test_special_tokens_are_read_from_both_files(tmp_path: Path) -> None:
    assert read_tokens(tmp_path) == {}
    (tmp_path / "special_tokens_map.json").write_text(
        json.dumps({"bos_token": {"content": "<s>", "lstrip": False}, "eos_token": "</s>"})
    )
    (tmp_path / "tokenizer_config.json").write_text(
        json.dumps({"eos_token": "<end>", "pad_token": None, "add_bos_token": True})
    )
    assert read_tokens(tmp_path) == {"bos_token": "<s>", "eos_token": "<end>"}
