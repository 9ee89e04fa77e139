"""The parts: their arithmetic, and what each and its peer give on tiny random models."""

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from tiny_models import (  # noqa: E402
    byte_tokenizer,
    random_adapter,
    tiny_engine,
    tiny_model,
)
from transformers import LlamaConfig  # noqa: E402

from isoglot.engines import Failure, ModelSpec  # noqa: E402

PROMPTS = tuple(f"Premise: {what}.\nLabel:" for what in ("Rain", "Sun", "Much wind", "Snow"))


@pytest.fixture
def plain(part):
    """The tiny model that `tiny_engine` asks, as a script has it."""
    opening = part("against_transformers.opening")
    return lambda: opening.Plain(tiny_model("llama"), byte_tokenizer())


def test_the_peer_is_asked_some_of_all(part):
    spread = part("against_transformers.part").spread
    assert spread(10, 3) == (0, 4, 8)
    assert spread(600, 20) == tuple(range(0, 600, 30))
    assert spread(2, 5) == (0, 1)


class Told:
    """A part whose answers are given; the peer is asked the second and the third."""

    name, quantity, peer_is, target, places = "told", "seconds an answer", "a list", 2.0, (1, 2)

    def __init__(self, ours, theirs):
        self._ours, self._theirs = ours, theirs

    def ours(self, _):
        return self._ours

    def peer(self, _):
        return lambda: self._theirs

    def alike(self, one, other, *, exact):
        return one == other


@pytest.mark.parametrize(
    ("theirs", "dtype", "equal", "same"),
    [
        (["b", "c"], torch.float32, 1.0, True),
        (["b", "x"], torch.float32, 0.5, False),
        (["b", "x"], torch.bfloat16, 0.5, None),
    ],
)
def test_seconds_are_an_answers_and_the_median(part, monkeypatch, theirs, dtype, equal, same):
    measuring = part("against_transformers.part")
    # Ours and theirs in turn, thrice: ours takes 2, 1, 3 s an answer, theirs 5, 4, 9.
    clock = iter([6.0, 10.0, 3.0, 8.0, 9.0, 18.0])
    monkeypatch.setattr(measuring, "timed", lambda work: (next(clock), work()))
    engine = tiny_engine("llama")
    monkeypatch.setattr(type(engine.model), "dtype", dtype)
    found = measuring.measure(Told(["a", "b", "c"], theirs), engine, None, repeats=3)
    (figure,) = found.figures
    assert (figure.name, figure.ours, figure.peer) == ("seconds an answer", 2.0, 5.0)
    assert (figure.ratio, figure.target, figure.equal_answers) == (2.5, 2.0, equal)
    assert found.same_answers is same


def test_facts_stand_before_questions_and_the_own_answer_is_guessed_first(part):
    known = part("against_peft.facts").world_facts(3)
    one, two, three = (fact.texts["en"] for fact in known)
    prompts, drafts = part("against_transformers.in_context").behind_facts(known[:2], known)
    before = f"\n\nQ: {one.teach}\nA: {one.answer.text}\nQ: {two.teach}\nA: {two.answer.text}\nQ: "
    for prompt, own in zip(prompts, (one, two, three), strict=True):
        assert prompt.endswith(before + f"{own.ask}\nA:")
    taught = [f" {each.answer.text}\n" for each in (one, two)]
    assert drafts[1] == tuple(dict.fromkeys([taught[1], *taught]))
    assert drafts[2] == tuple(dict.fromkeys([f" {three.answer.text}\n", *taught]))


def test_items_come_from_the_data_behind_two_examples_a_label(part, tmp_path):
    items = part("against_transformers.items")
    labels = ["neutral", None, "neutral", "neutral", "entailment"]
    labels += ["contradiction", "entailment", "contradiction"]
    rows = [
        {"premise": f"p{n}", "hypothesis": f"h{n}", **({"answer": label} if label else {})}
        for n, label in enumerate(labels)
    ]
    (tmp_path / "snli").mkdir()
    (tmp_path / items.EXAMPLES_FILE).write_text(json.dumps(rows))
    (tmp_path / items.ITEMS_FILE).write_text(json.dumps(rows[4:]))
    # Entailment is 4 and 6, neutral 0 and 2, contradiction 5 and 7; the labels take turns.
    context = "".join(
        f"Premise: p{n}\nHypothesis: h{n}\nLabel: {labels[n]}\n\n" for n in (4, 0, 5, 6, 2, 7)
    )
    assert items.prompts_of_items(tmp_path, 2) == (
        f"{context}Premise: p4\nHypothesis: h4\nLabel:",
        f"{context}Premise: p5\nHypothesis: h5\nLabel:",
    )


def test_items_are_made_where_there_is_no_data(part):
    items = part("against_transformers.items")
    made = items.made_items(7)
    assert [each.answer for each in made] == [*items.LABELS, *items.LABELS, "entailment"]
    prompts = items.prompts_of_items(None, 5)
    context = "".join(each.solved() for each in made[:6])
    assert len(set(prompts)) == 5
    assert all(prompt.startswith(context) for prompt in prompts)


def test_labels_are_alike_by_the_best_and_in_float32_by_scores(part):
    same = part("against_transformers.label_words").same_scores
    assert same([-1.0, -2.0], [-1.0005, -2.0], exact=True)
    assert not same([-1.0, -2.0], [-1.002, -2.0], exact=True)
    assert same([-1.0, -2.0], [-1.3, -2.0], exact=False)
    assert not same([-1.0, -2.0], [-2.0, -1.0], exact=False)
    assert not same(Failure(message="too long"), [-1.0, -2.0], exact=False)


def test_every_part_gives_what_its_peer_gives(part, plain, tmp_path):
    measuring = part("against_transformers.part")
    engine = tiny_engine("llama")
    drafts = (("x\n",),) * len(PROMPTS)
    parts = [
        part("against_transformers.in_context").InContext(
            n_facts=0, prompts=PROMPTS, drafts=drafts, places=(0, 2), max_new_tokens=8
        ),
        part("against_transformers.label_words").LabelWords(prompts=PROMPTS, places=(0, 3)),
        part("against_transformers.adapters").Adapters(
            folders=(random_adapter(tmp_path / "one", "llama"),) * 2,
            prompts=PROMPTS,
            drafts=drafts,
            max_new_tokens=8,
        ),
    ]
    for each in parts:
        found = measuring.measure(each, engine, plain(), repeats=1)
        assert found.same_answers, each.name
        assert found.figures[0].equal_answers == 1


def test_choices_get_the_scores_of_the_harness(part, plain, monkeypatch):
    pytest.importorskip("lm_eval", reason="needs lm-eval: benchmarks/requirements.txt")
    choices = part("against_transformers.choices")
    asked = choices.Choices(prompts=PROMPTS, places=(0, 1, 3))
    found = part("against_transformers.part").measure(
        asked, tiny_engine("llama"), plain(), repeats=2
    )
    assert found.same_answers
    assert found.figures[0].equal_answers == 1


def test_the_harness_begins_with_what_fits(part, monkeypatch):
    choices = part("against_transformers.choices")
    model = tiny_model("llama")
    # 259 tokens of vocabulary, four bytes each, thrice, at 10 places: 31,080 bytes a row.
    for free, rows in ((0, 1), (2 * 31_080 * 7 + 5, 7), (10**12, 64)):
        monkeypatch.setattr(choices, "free_memory", lambda _, free=free: free)
        assert choices.most_rows(model, 10) == rows


def test_tokens_are_distinct_where_what_stands_before_them_is(part):
    distinct = part("against_transformers.growth").distinct

    @given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=8))
    def check(prompts):
        beginnings = {tuple(each[:end]) for each in prompts for end in range(1, len(each) + 1)}
        assert distinct(prompts) == len(beginnings)

    check()


def test_growth_is_measured_by_facts_and_questions(part, monkeypatch):
    growth = part("against_transformers.growth")
    clock = iter([1.0, 2.0, 3.0, 6.0])
    monkeypatch.setattr(growth, "timed", lambda work: (next(clock), work()))
    engine = tiny_engine("llama")
    engine.model.config.max_position_embeddings = 4096
    world = part("against_peft.facts").world_facts(3)
    cells, found = growth.measure_growth(
        engine, world, facts=(1, 2), questions=(2, 3), repeats=1, max_new_tokens=2
    )
    assert [(each.facts, each.questions, each.seconds) for each in cells] == [
        (1, 2, 1.0), (1, 3, 2.0), (2, 2, 3.0), (2, 3, 6.0),
    ]  # fmt: skip
    assert all(each.distinct_tokens < each.all_tokens for each in cells)
    last = found.figures[-1]
    more = cells[3].distinct_tokens / cells[0].distinct_tokens
    assert (last.ours, last.peer, last.ratio) == (6.0, more, more / 6)
    assert [each.ours for each in found.figures[:-1]] == [1.0, 2.0, 3.0, 6.0]
    assert found.same_answers


def test_the_chart_has_both_paces_beside_what_was_measured(part, tmp_path):
    growth, charts = (
        part("against_transformers.growth"),
        part("against_transformers.growth_chart"),
    )
    cells = [
        growth.Cell(facts=25, questions=100, seconds=3, all_tokens=50, distinct_tokens=10),
        growth.Cell(facts=50, questions=100, seconds=7, all_tokens=150, distinct_tokens=10),
    ]
    # Ten seconds for twenty distinct tokens: half a second each.
    kinds = ("measured", "each shared token read once", "every prompt read whole")
    assert [(row["kind"], row["facts"], row["seconds"]) for row in charts.rows_of(cells)] == [
        *zip(kinds, [25] * 3, [3, 5, 25], strict=True),
        *zip(kinds, [50] * 3, [7, 5, 75], strict=True),
    ]
    charts.draw(cells, tmp_path / "new" / "growth.svg")
    drawn = (tmp_path / "new" / "growth.svg").read_text()
    for words in ("facts in context", "seconds for all questions", "every prompt read whole"):
        assert words in drawn


def test_the_peak_of_a_process_is_its_own(part):
    memory = part("against_transformers.memory")
    here = bytearray(b"1") * 600_000_000
    nothing = memory.peak_of(bytearray, 1)
    some = memory.peak_of(bytearray, 400_000_000)
    assert nothing.process < len(here)
    assert some.process - nothing.process == pytest.approx(400_000_000, rel=0.2)
    assert nothing.device is None  # such a process does not import torch


def test_work_that_fails_has_no_peak(part, capfd):
    with pytest.raises(RuntimeError, match="int ended without a figure"):
        part("against_transformers.memory").peak_of(int, "x")
    assert "invalid literal for int()" in capfd.readouterr().err


def test_memory_is_better_the_less_ours_takes(part, monkeypatch):
    measuring, memory = part("against_transformers.part"), part("against_transformers.memory")
    peaks = {
        measuring.ours_alone: memory.Peak(process=2 * 10**9, device=10**9),
        measuring.theirs_alone: memory.Peak(process=3 * 10**9, device=4 * 10**9),
    }
    monkeypatch.setattr(measuring, "peak_of", lambda work, *_: peaks[work])
    found = measuring.measure_memory(Told([], []), None)
    assert [(each.name, each.ours, each.peer, each.ratio) for each in found.figures] == [
        ("peak memory, GB: told", 2.0, 3.0, 1.5),
        ("peak memory of the device, GB: told", 1.0, 4.0, 4.0),
    ]
    assert {each.target for each in found.figures} == {1 / 1.2}


@pytest.fixture
def random_llama(part, monkeypatch):
    """A tiny model under a name that `--random-llama` takes."""
    config = LlamaConfig(
        vocab_size=502, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, bos_token_id=500, eos_token_id=501,
    )  # fmt: skip
    monkeypatch.setitem(part("against_peft.random_llama").SIZES, "tiny", config)
    opening = part("against_transformers.opening")
    return opening.Chosen(
        spec=ModelSpec(name="bundled/none", device="cpu"),
        random_llama="tiny",
        threads=torch.get_num_threads(),
    )


def test_random_weights_are_asked_by_both_ways(part, random_llama, tmp_path):
    opening, measuring = part("against_transformers.opening"), part("against_transformers.part")
    with torch.random.fork_rng():
        torch.manual_seed(5)
        engine = opening.open_ours(random_llama)
    teach = part("against_transformers.adapters").teach_adapters
    parts = [
        part("against_transformers.in_context").InContext(
            n_facts=0, prompts=PROMPTS, drafts=((),) * 4, places=(1,), max_new_tokens=4
        ),
        part("against_transformers.label_words").LabelWords(prompts=PROMPTS, places=(1,)),
        part("against_transformers.adapters").Adapters(
            folders=teach(engine, tmp_path, 1), prompts=PROMPTS, drafts=((),) * 4, max_new_tokens=4
        ),
    ]
    for each in parts:
        plain = opening.open_beside(random_llama, engine)
        found = measuring.measure(each, engine, plain, repeats=1)
        # In bfloat16 some answers may differ, but nothing fails and most are the same.
        assert found.same_answers is None
        assert found.figures[0].equal_answers >= 0.5
        assert each.ours(engine) == each.ours(engine)


def test_both_read_the_same_weights(part, random_llama, roomy_model):
    opening = part("against_transformers.opening")
    real = opening.Chosen(
        spec=ModelSpec(name=roomy_model, dtype="float32", device="cpu"),
        random_llama=None,
        threads=torch.get_num_threads(),
    )
    for chosen in (random_llama, real):
        engine = opening.open_ours(chosen)
        beside, alone = opening.open_beside(chosen, engine), opening.open_theirs(chosen)
        assert alone.model.dtype == beside.model.dtype == engine.model.dtype
        assert alone.tokenizer("Who?").input_ids == engine.encode("Who?")
        for name, own in engine.model.named_parameters():
            assert beside.model.get_parameter(name).data_ptr() == own.data_ptr()
            assert alone.model.get_parameter(name).data_ptr() != own.data_ptr()
        modules = zip(engine.model.modules(), beside.model.modules(), strict=True)
        assert all(one is not other for one, other in modules)


def test_pieces_of_words_are_tokens(part):
    random = part("against_peft.random_llama")
    tokenizer = random.PieceTokenizer(random.LLAMA)
    tokens = tokenizer("Label: the entailment\n\nQ").input_ids
    # Label, :, the, entai, lment, an empty line and the next one's first word.
    assert len(tokens) == 1 + len(["Label", ":", " the", " entai", "lment", "\n", "\nQ"])
    assert tokens[0] == 128_000
    assert all(token < 128_000 for token in tokens[1:])
    assert tokenizer("Label:").input_ids == tokens[:3]
    assert tokenizer.decode(tokens[:3], skip_special_tokens=True) == f"[{tokens[1]}][{tokens[2]}]"
    text = "In what month did the ship called Dehipo leave the harbour?"
    assert 3.5 < len(text) / (len(tokenizer(text).input_ids) - 1) < 5
