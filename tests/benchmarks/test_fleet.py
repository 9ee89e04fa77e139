"""The benchmark's own arithmetic, options and last line; the peer's way on tiny random models."""

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import save_tiny_model, tiny_engine, tiny_model  # noqa: E402
from transformers import AutoModelForCausalLM, LlamaConfig  # noqa: E402

from isoglot.core import Decoding  # noqa: E402
from isoglot.learning.fleet.rows import Row  # noqa: E402


def refused(part, capsys, *options):
    with pytest.raises(SystemExit) as exit_info:
        part("fleet").main(options)
    assert exit_info.value.code == 2
    return capsys.readouterr().err


def test_a_large_model_is_refused_without_a_device(part, capsys, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    said = refused(part, capsys, "--random-llama")
    assert "--random-llama: needs a CUDA device, and torch finds none" in said


def test_what_makes_no_sense_is_refused(part, capsys):
    assert "there is no study of them" in refused(part, capsys, "--random-llama", "--only", "study")
    assert "--threads: 0 is no number of threads" in refused(part, capsys, "--threads", "0")
    assert "invalid choice: 'epochs'" in refused(part, capsys, "--only", "epochs")


def test_the_last_line_is_one_json_object(part, capsys, monkeypatch):
    fleet, figures = part("fleet"), part("side_by_side.figures")
    found = [
        figures.Findings(
            figures=(figures.Figure(name="steps", ours=6.0, peer=2.0, ratio=3.0, target=5.0),),
            same_answers=True,
        ),
        figures.Findings(
            figures=(figures.Figure(name="study", ours=2.0, peer=8.0, ratio=4.0),),
            same_answers=False,
        ),
    ]
    monkeypatch.setattr(fleet, "measure_model", lambda _: found)
    fleet.main(["--quick", "--threads", str(torch.get_num_threads())])
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "benchmark": "fleet",
        "figures": {
            "steps": {"ours": 6.0, "peer": 2.0, "ratio": 3.0, "target": 5.0},
            "study": {"ours": 2.0, "peer": 8.0, "ratio": 4.0, "target": None},
        },
        "same_answers": False,
    }


def test_scripts_begin_anew_for_every_number_of_epochs(part):
    scope, whole = part("against_peft.scope").Scope, part("against_peft.scope").WHOLE
    # 1 + 2 + 3 epochs of 5 + 2 rows; 2 facts in 4 languages after each of 3 epochs.
    small = scope(facts=2, epochs=3)
    rows = {"en": 5, "sw": 2}
    assert (small.steps_by_scripts(rows), small.questions) == (42, 24)
    assert (whole.epochs_by_scripts, whole.questions) == (78, 4800)
    cost = part("against_peft.scope").PeerCost(step=2.0, question=0.5)
    assert cost.seconds(small, rows) == 42 * 2.0 + 24 * 0.5


def test_rows_are_cut_where_they_are_full(part):
    rows = [Row([1, 2, 3], [2]), Row([4, 5, 6, 7], [1, 2, 3]), Row([8, 9], [1])]
    # The stream is 1 2 3 4 | 5 6 7 8 | 9, the targets are 3, 5 6 7 and 9: nothing stands before 5
    # in its row, and 9 is in none.
    assert list(part("against_peft.peer").cut_rows(rows, size=4)) == [
        Row([1, 2, 3, 4], [2]),
        Row([5, 6, 7, 8], [1, 2]),
    ]


def test_rows_are_taken_from_the_languages_in_turn(part):
    rows = {
        language: [Row([number], []) for number in numbers]
        for language, numbers in {"en": (1, 2), "es": (3,), "zh": (4, 5), "sw": (6, 7)}.items()
    }
    taken = part("against_peft.scripts_way").spread_rows(rows, 7)
    assert [row.tokens[0] for row in taken] == [1, 3, 4, 6, 2, 3, 5]


def test_laps_are_of_teaching_and_of_asking(part, monkeypatch):
    study = part("against_peft.study")
    clock = iter([0.0, 1.0, 3.0, 8.0, 9.0, 20.0, 22.5, 23.5])
    monkeypatch.setattr(study.time, "perf_counter", lambda: next(clock))
    laps = study.Laps()  # at 0
    laps.phase("preparing")  # at 1
    laps.phase("teaching")  # at 3
    laps.taught(1)  # at 8
    laps.taught(1)  # at 9
    laps.phase("asking")  # at 20
    laps.asked(2)  # at 22.5
    laps.asked(2)  # at 23.5
    assert (laps.teaching, laps.asking) == (6.0, 3.5)


def test_a_pipeline_answers_as_the_engine_does(part):
    engine = tiny_engine("llama")
    ask = part("against_peft.peer").Asker(tiny_model("llama"), engine.tokenizer, max_new_tokens=20)
    prompts = [f"Q: {what}?\nA:" for what in ("Who", "What", "Where now", "¿Qué", "名叫")]
    found = engine.generate(prompts, decoding=Decoding(max_new_tokens=20))
    assert [ask(prompt) for prompt in prompts] == [each.text for each in found]


def test_random_weights_learn_the_same_by_both_ways(part):
    random, steps = part("against_peft.random_llama"), part("against_peft.steps")
    config = LlamaConfig(
        vocab_size=260, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, bos_token_id=256, eos_token_id=257,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(5)
        engine = random.random_engine(config, device="cpu", dtype=torch.float32)
    found = steps.measure_steps(
        engine,
        lambda: engine.model,
        targets={1: None, 2: 3.0},
        n_facts=2,
        repeats=1,
        agree=random.same_loss,
    )
    assert found.same_answers
    assert [(each.name, each.target) for each in found.figures] == [
        ("adapter-steps a second, fleet of 1", None),
        ("adapter-steps a second, fleet of 2", 3.0),
    ]
    assert all(each.ratio == pytest.approx(each.ours / each.peer) for each in found.figures)


def test_the_large_model_has_the_size_of_llama(part):
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(part("against_peft.random_llama").LLAMA)
    # Two tables of 128,256 x 4,096; 32 layers of attention, MLP and two norms; a last norm.
    layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096
    expected = 2 * 128_256 * 4096 + 32 * layer + 4096
    assert sum(each.numel() for each in model.parameters()) == expected == 8_030_261_248


@pytest.mark.slow
def test_the_whole_program_with_a_tiny_model(part, capsys, tmp_path):
    folder = save_tiny_model(tmp_path / "tiny")
    threads = str(torch.get_num_threads())
    part("fleet").main(["--quick", "--threads", threads, "--model", f"hf/{folder}"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["same_answers"]
    assert {name: each["target"] for name, each in found["figures"].items()} == {
        "adapter-steps a second, fleet of 1": None,
        "adapter-steps a second, fleet of 8": None,
        "adapter-steps a second, fleet of 32": 5.0,
        "seconds of the effectiveness study, 4 languages, 6 facts, 2 epochs": None,
        "seconds of the effectiveness study, 4 languages, 100 facts, 12 epochs, ours estimated, "
        "too": 30.0,
    }
