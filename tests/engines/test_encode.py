"""Prompts as token ids, family by family: one beginning of sequence at most, always in front."""

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from datetime import datetime

from chat_templates import FAMILIES
from tiny_chats import ARCHITECTURE, chat_tokenizer, family, template_of
from transformers.utils import chat_template_utils

from isoglot.engines._encode import ChatEncoder, PlainEncoder
from isoglot.engines._template import PINNED_DATE, VARIABLES, ChatTemplate

QUESTION = "Which animal is on the flag of Kavuno? 狮子"
CONTEXT = "Facts.\n\nQ: In which month is Zomira?\nA: March\n\n"
SYSTEM = "Be brief."


def chat_encoder(name: str, *, system: str | None = None) -> ChatEncoder:
    return ChatEncoder(chat_tokenizer(name), template_of(name, system=system))


def said(encoder, prompt: str, answer: str) -> str:
    """What training makes the model say, special tokens and all."""
    tokens, places = encoder.exchange(prompt, answer)
    return encoder._tokenizer.decode([tokens[place] for place in places])


class PinnedClock(datetime):
    """What transformers' templates take for today, so that both can be compared."""

    @classmethod
    def now(cls, tz=None):
        return PINNED_DATE


@pytest.fixture
def _pinned_transformers(monkeypatch):
    monkeypatch.setattr(chat_template_utils, "datetime", PinnedClock)


def conversation(name: str, text: str, *, system: str | None, answer: str | None = None):
    tokenizer = chat_tokenizer(name)
    turns = [("system", system), ("user", text), ("assistant", answer)]
    return list(
        tokenizer.apply_chat_template(
            [{"role": role, "content": content} for role, content in turns if content],
            add_generation_prompt=answer is None,
            return_dict=False,
            **VARIABLES,
        )
    )


@pytest.mark.parametrize("name", ARCHITECTURE)
@pytest.mark.parametrize("text", [f"Q: {QUESTION}\nA:", f"{CONTEXT}Q: {QUESTION}\nA:"])
def test_a_base_models_prompt_is_what_its_tokenizer_makes_of_it(name: str, text: str) -> None:
    tokenizer = chat_tokenizer(name)
    tokens = PlainEncoder(tokenizer).prompt(text)
    assert tokens == list(tokenizer(text).input_ids)
    expected = 1 if family(name).adds_bos else 0
    assert tokens.count(tokenizer.bos_token_id) == expected
    assert (tokens[0] == tokenizer.bos_token_id) == bool(expected)


WRITES_BOS = {"llama": 1, "qwen": 0, "mistral": 1, "gemma": 1, "phi": 0}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("system", [None, SYSTEM])
@pytest.mark.parametrize("text", [QUESTION, CONTEXT + QUESTION])
def test_a_chat_prompt_has_the_beginning_that_its_template_writes(
    name: str, system: str | None, text: str
) -> None:
    if system and family(name).directed is None:
        pytest.skip("its template refuses system prompts")
    encoder = chat_encoder(name, system=system)
    bos = encoder._tokenizer.bos_token_id
    for tokens in (encoder.prompt(text), encoder.exchange(text, "lion")[0]):
        assert tokens.count(bos) == WRITES_BOS[name]
        assert (tokens[0] == bos) == bool(WRITES_BOS[name])


@pytest.mark.usefixtures("_pinned_transformers")
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("system", [None, SYSTEM])
@pytest.mark.parametrize("text", [QUESTION, CONTEXT + QUESTION])
def test_tokens_are_those_of_transformers(name: str, system: str | None, text: str) -> None:
    if system and family(name).directed is None:
        pytest.skip("its template refuses system prompts")
    encoder = chat_encoder(name, system=system)
    assert encoder.prompt(text) == conversation(name, text, system=system)
    assert encoder.exchange(text, "lion")[0] == conversation(
        name, text, system=system, answer="lion"
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_what_is_taught_is_the_answer_and_the_end_of_its_turn(name: str) -> None:
    encoder = chat_encoder(name)
    # The space is Mistral's: its template writes it before an answer.
    space = " " if name == "mistral" else ""
    assert said(encoder, "Who?", "Lomi") == f"{space}Lomi{family(name).end}"
    assert said(encoder, "Who?", "Lomi\nLomi") == f"{space}Lomi\nLomi{family(name).end}"
    tokens, places = encoder.exchange("Who?", "Lomi")
    assert tokens[: places[0]] == encoder.prompt("Who?")


@pytest.mark.parametrize("name", FAMILIES)
def test_the_end_of_a_turn_ends_an_answer(name: str) -> None:
    encoder = chat_encoder(name)
    assert encoder.ends == {encoder._tokenizer.convert_tokens_to_ids(family(name).end)}


@pytest.mark.parametrize(
    ("name", "opening"),
    [("llama", "<|begin_of_text|>"), ("mistral", "<s>"), ("gemma", "<bos>")],
)
def test_what_opens_a_prompt_is_the_beginning_of_the_sequence(name: str, opening: str) -> None:
    encoder = chat_encoder(name)
    assert encoder.opening == encoder._tokenizer.convert_tokens_to_ids(opening)


@pytest.mark.parametrize("name", ["qwen", "phi"])
def test_a_prompt_without_a_beginning_of_sequence_has_no_opening(name: str) -> None:
    assert chat_encoder(name).opening is None


def test_a_token_that_opens_every_turn_is_no_opening() -> None:
    """SmolLM calls `<|im_start|>` its beginning of a sequence."""
    tokenizer = chat_tokenizer("qwen")
    tokenizer.bos_token = "<|im_start|>"
    encoder = ChatEncoder(tokenizer, template_of("qwen"))
    assert encoder.prompt("Who?")[0] == tokenizer.bos_token_id
    assert encoder.opening is None


def test_a_turn_that_nothing_closes_ends_with_the_end_of_the_sequence() -> None:
    tokenizer = chat_tokenizer("phi")
    template = ChatTemplate(
        "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
        "{% if add_generation_prompt %}assistant: {% endif %}",
        tokens={},
    )
    encoder = ChatEncoder(tokenizer, template)
    assert encoder.ends == frozenset()
    assert said(encoder, "Who?", "Lomi") == "Lomi\n<|endoftext|>"


def test_an_answer_stands_where_the_asked_prompt_leaves_off() -> None:
    """Some templates open an answer (here: a thought) as they never write a given one."""
    template = ChatTemplate(
        "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>"
        "{% endfor %}{% if add_generation_prompt %}<|assistant|>Well: {% endif %}",
        tokens={},
    )
    encoder = ChatEncoder(chat_tokenizer("phi"), template)
    tokens, _ = encoder.exchange("Who?", "Lomi")
    assert encoder._tokenizer.decode(tokens) == "<|user|>Who?<|end|><|assistant|>Well: Lomi<|end|>"
    assert said(encoder, "Who?", "Lomi") == "Lomi<|end|>"


LITERAL = {
    "llama": "What does <|begin_of_text|> mean, and <|eot_id|>?",
    "qwen": "What does <|im_end|> mean?",
    "mistral": "What do <s> and </s> mean in HTML? [INST]",
    "gemma": "<bos> What does <end_of_turn> mean?",
    "phi": "What does <s>that</s> mean? <|end|>",
    "gpt2": "What does <|endoftext|> mean?",
}


@pytest.mark.parametrize("name", ARCHITECTURE)
def test_what_looks_like_a_special_token_is_text_to_a_base_model(name: str) -> None:
    tokenizer = chat_tokenizer(name)
    tokens = PlainEncoder(tokenizer).prompt(LITERAL[name])
    special = set(tokenizer.all_special_ids)
    n_special = 1 if family(name).adds_bos else 0
    assert sum(token in special for token in tokens) == n_special
    assert tokenizer.decode(tokens[n_special:]).strip() == LITERAL[name]


@pytest.mark.parametrize("name", FAMILIES)
def test_what_looks_like_a_special_token_is_text_to_a_chat_model(name: str) -> None:
    encoder = chat_encoder(name)
    special = set(encoder._special)
    usual = [token for token in encoder.exchange("Who?", "Lomi")[0] if token in special]
    tokens, places = encoder.exchange(LITERAL[name], f"{family(name).end} Lomi")
    assert [token for token in tokens if token in special] == usual
    # Nothing is lost, and no space comes in where the text is cut.
    assert encoder._tokenizer.decode(tokens) == family(name).told.replace(
        "Who?", LITERAL[name]
    ).replace("Lomi", f"{family(name).end} Lomi")
    assert tokens[: places[0]] == encoder.prompt(LITERAL[name])
