"""Chat templates in the manner of several families, and what each writes, by hand."""

from typing import NamedTuple


class Family(NamedTuple):
    """A family of chat models.

    Attributes:
        source: The template.
        tokens: The special tokens by name, as a tokenizer's files hold them.
        others: Special tokens without a name.
        adds_bos: Whether the tokenizer puts a beginning of sequence in front of plain text.
        asked: What is written for the question `Who?`; `None`: as with `system`.
        told: The question with the answer `Lomi`.
        directed: The question behind the system prompt `Be brief.`; `None`: it is refused.
        end: The token that ends an answer.
    """

    source: str
    tokens: dict[str, str]
    others: tuple[str, ...]
    adds_bos: bool
    asked: str
    told: str
    directed: str | None
    end: str


# Writes its beginning of sequence, which the tokenizer would add as well, and a date.
LLAMA = Family(
    source="""\
{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = strftime_now("%d %b %Y") %}
{%- endif %}
{%- set told = "" %}
{%- if messages[0].role == "system" %}
    {%- set told = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\nToday: " + date_string + "\\n" }}
{{- told + "<|eot_id|>" }}
{%- for message in messages %}
    {{- "<|start_header_id|>" + message.role + "<|end_header_id|>\\n\\n" }}
    {{- message.content | trim + "<|eot_id|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- "<|start_header_id|>assistant<|end_header_id|>\\n\\n" }}
{%- endif %}
""",
    tokens={"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    others=("<|start_header_id|>", "<|end_header_id|>"),
    adds_bos=True,
    asked="<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday: 26 Jul 2024\n"
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    told="<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday: 26 Jul 2024\n"
    "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nLomi<|eot_id|>",
    directed="<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nToday: 26 Jul 2024\n"
    "Be brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nWho?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    end="<|eot_id|>",
)

# No beginning of sequence at all; a system prompt of its own; may think before it answers.
QWEN = Family(
    source="""\
{%- if messages[0].role != 'system' %}
    {{- '<|im_start|>system\\nYou are kind.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.role == 'assistant' and loop.last %}
        {%- generation %}
        {{- '<think>\\n\\n</think>\\n\\n' + message.content + '<|im_end|>' }}
        {%- endgeneration %}
    {%- else %}
        {{- message.content + '<|im_end|>' }}
    {%- endif %}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
""",
    tokens={"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"},
    others=("<|im_start|>",),
    adds_bos=False,
    asked="<|im_start|>system\nYou are kind.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
    "<|im_start|>assistant\n<think>\n\n</think>\n\n",
    told="<|im_start|>system\nYou are kind.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
    "<|im_start|>assistant\n<think>\n\n</think>\n\nLomi<|im_end|>\n",
    directed="<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
    "<|im_start|>assistant\n<think>\n\n</think>\n\n",
    end="<|im_end|>",
)

# Writes its beginning of sequence and asks the clock; a space stands before an answer.
MISTRAL = Family(
    source="""\
{{- bos_token }}
{%- if messages[0]["role"] == "system" %}
    {%- set told = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set told = "It is " + strftime_now("%Y-%m-%d") + "." %}
    {%- set loop_messages = messages %}
{%- endif %}
{{- "[SYSTEM_PROMPT]" + told + "[/SYSTEM_PROMPT]" }}
{%- for message in loop_messages %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{- raise_exception("Roles must alternate") }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {{- "[INST]" + message["content"] + "[/INST]" }}
    {%- else %}
        {{- " " + message["content"] + eos_token }}
    {%- endif %}
{%- endfor %}
""",
    tokens={"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"},
    others=("[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
    adds_bos=True,
    asked="<s>[SYSTEM_PROMPT]It is 2024-07-26.[/SYSTEM_PROMPT][INST]Who?[/INST]",
    told="<s>[SYSTEM_PROMPT]It is 2024-07-26.[/SYSTEM_PROMPT][INST]Who?[/INST] Lomi</s>",
    directed="<s>[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]Who?[/INST]",
    end="</s>",
)

# Writes its beginning of sequence and refuses system prompts; its end of turn is not its end of
# sequence.
GEMMA = Family(
    source="""\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}
{{ raise_exception('System role not supported') }}
{% endif %}
{% for message in messages %}
{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{% if add_generation_prompt %}
{{ '<start_of_turn>model\\n' }}
{%- endif %}""",
    tokens={"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"},
    others=("<start_of_turn>", "<end_of_turn>"),
    adds_bos=True,
    asked="<bos><start_of_turn>user\nWho?<end_of_turn>\n<start_of_turn>model\n",
    told="<bos><start_of_turn>user\nWho?<end_of_turn>\n<start_of_turn>model\nLomi<end_of_turn>\n",
    directed=None,
    end="<end_of_turn>",
)

# Writes no beginning of sequence, though the tokenizer would; ends the whole after the last turn.
PHI = Family(
    source="""\
{% for message in messages %}
{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}
{%- endfor %}
{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}""",
    tokens={"bos_token": "<s>", "eos_token": "<|endoftext|>"},
    others=("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
    adds_bos=True,
    asked="<|user|>\nWho?<|end|>\n<|assistant|>\n",
    told="<|user|>\nWho?<|end|>\n<|assistant|>\nLomi<|end|>\n<|endoftext|>",
    directed="<|system|>\nBe brief.<|end|>\n<|user|>\nWho?<|end|>\n<|assistant|>\n",
    end="<|end|>",
)

FAMILIES = {"llama": LLAMA, "qwen": QWEN, "mistral": MISTRAL, "gemma": GEMMA, "phi": PHI}
