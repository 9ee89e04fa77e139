"""The vocabulary projection turned round, against torch's own."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.engines.huggingface._projection import project, speed_up_projection  # noqa: E402


@pytest.mark.parametrize("shape", [(1, 1), (7, 1), (8, 1), (2, 5), (32, 1), (33, 1)])
def test_it_is_the_same_product_and_the_same_gradient(shape):
    generator = torch.Generator().manual_seed(3)
    weight = torch.randn(50, 6, generator=generator)
    hidden = torch.randn(*shape, 6, generator=generator, requires_grad=True)
    again = hidden.detach().clone().requires_grad_()
    ours, theirs = project(hidden, weight), torch.nn.functional.linear(again, weight)
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, atol=1e-5)
    ours.square().sum().backward()
    theirs.square().sum().backward()
    assert torch.allclose(hidden.grad, again.grad, rtol=1e-4)


class Model:
    def __init__(self, projection):
        self.projection = projection

    def get_output_embeddings(self):
        return self.projection


def test_a_large_vocabulary_is_turned_round_and_all_else_is_left_alone():
    def turned(projection):
        speed_up_projection(Model(projection))
        return "forward" in vars(projection)

    assert turned(torch.nn.Linear(2, 65_536, bias=False))
    assert not turned(torch.nn.Linear(2, 65_535, bias=False))
    assert not turned(torch.nn.Linear(2, 65_536))
    assert not turned(torch.nn.Linear(2, 65_536, bias=False).bfloat16())
