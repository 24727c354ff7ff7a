"""A network that goes on from folded weights is the same function, with BatchNorms that fit."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from training.detector.start import start  # noqa: E402


class Block(torch.nn.Module):
    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(into, out, 3, bias=False)
        self.bn = torch.nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.silu(self.bn(self.conv(x)))


def network() -> torch.nn.Module:
    return torch.nn.Sequential(Block(3, 8), Block(8, 8), torch.nn.Conv2d(8, 2, 1))


def folded(path: Path, leave_out: str = "") -> dict[str, torch.Tensor]:
    """Random weights as an ONNX file holds them after export."""
    shapes = {"0.conv": (8, 3, 3, 3), "1.conv": (8, 8, 3, 3), "2": (2, 8, 1, 1)}
    weights = {}
    for name, shape in shapes.items():
        weights[f"{name}.weight"] = torch.randn(shape)
        weights[f"{name}.bias"] = torch.randn(shape[0])
    graph = onnx.helper.make_graph(
        [],
        "weights",
        [],
        [],
        [
            onnx.numpy_helper.from_array(value.numpy(), name)
            for name, value in weights.items()
            if name != leave_out
        ],
    )
    onnx.save(onnx.helper.make_model(graph), str(path))
    return weights


def test_it_is_the_same_function(tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights = folded(tmp_path / "a.onnx")
    batches = [torch.rand(4, 3, 16, 16) for _ in range(3)]
    model = network().eval()
    start(model, tmp_path / "a.onnx", batches)
    picture = torch.rand(1, 3, 16, 16)
    expected = picture
    for name in ("0.conv", "1.conv"):
        expected = torch.nn.functional.conv2d(
            expected, weights[f"{name}.weight"], weights[f"{name}.bias"]
        )
        expected = torch.nn.functional.silu(expected)
    expected = torch.nn.functional.conv2d(expected, weights["2.weight"], weights["2.bias"])
    with torch.no_grad():
        torch.testing.assert_close(model(picture), expected, rtol=1e-4, atol=1e-4)


def test_training_starts_where_the_statistics_are(tmp_path: Path) -> None:
    torch.manual_seed(0)
    folded(tmp_path / "a.onnx")
    batch = torch.rand(8, 3, 16, 16)
    model = network()
    start(model, tmp_path / "a.onnx", [batch])
    with torch.no_grad():
        in_use = model.eval()(batch)
        in_training = model.train()(batch)
    # The batch's own statistics are the measured ones: normalising by them changes nothing.
    torch.testing.assert_close(in_training, in_use, rtol=1e-3, atol=1e-3)
    assert model[0].conv.weight.flatten(1).norm(dim=1).tolist() == pytest.approx([1.0] * 8)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    folded(tmp_path / "a.onnx", leave_out="1.conv.bias")
    with pytest.raises(ValueError, match=r"lacks 1 tensors, 1\.conv\.bias"):
        start(network(), tmp_path / "a.onnx", [torch.rand(1, 3, 16, 16)])
    folded(tmp_path / "b.onnx")
    wider = torch.nn.Sequential(Block(3, 9), Block(9, 8), torch.nn.Conv2d(8, 2, 1))
    with pytest.raises(ValueError, match=r"0\.conv is"):
        start(wider, tmp_path / "b.onnx", [torch.rand(1, 3, 16, 16)])
