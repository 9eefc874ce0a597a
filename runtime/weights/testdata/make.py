"""Makes the files beside it, by PyTorch, NumPy and the safetensors library.

    python make.py

cnn.safetensors and cnn.npz hold one network, trained for some steps in float64,
named.safetensors the same under names of its own; cnn.json has a batch, as N x C
x H x W, and the logits that PyTorch gives for it with the statistics of the batch.
types.safetensors and types.npz hold one array of every type of number.
"""

import collections
import json

import numpy
import torch
from safetensors.numpy import save_file
from torch import nn

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)

model = nn.Sequential(
    nn.Conv2d(2, 4, 3, padding=1, bias=False),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 6, (3, 2), padding=1, groups=2),
    nn.Tanh(),
    nn.Flatten(),
    nn.BatchNorm1d(54),
    nn.Linear(54, 7),
    nn.ReLU(),
    nn.Linear(7, 7),
    nn.ReLU(),
    nn.Linear(7, 3),
)
x, y = torch.randn(6, 2, 6, 5), torch.tensor([0, 1, 2, 0, 1, 2])
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
for _ in range(20):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
logits = model(x).detach()

state = collections.OrderedDict((k, v.detach().numpy()) for k, v in model.state_dict().items())
save_file(state, "cnn.safetensors", metadata={"trained": "20 steps"})
numpy.savez("cnn.npz", **state)
names = {"0": "first", "1": "norm.a", "4": "second", "7": "norm.b", "8": "head.1", "10": "head.2", "12": "out"}
save_file({names[k.split(".")[0]] + "." + k.split(".")[1]: v for k, v in state.items()}, "named.safetensors")
with open("cnn.json", "w") as f:
    json.dump({"x": x.flatten().tolist(), "logits": logits.tolist()}, f)

numbers = [0.0, -1.5, 65504.0, 2.0**-24, float("inf"), 3.0]
types = {
    "F64": numpy.array([0.1, -numpy.pi, 1e300, 5e-324, float("nan"), 3.0]).reshape(2, 3),
    "F32": numpy.array([0.1, -numpy.pi, 1e38, 1e-45, float("-inf"), 3.0], "float32").reshape(2, 3),
    "F16": numpy.array(numbers, "float16").reshape(3, 2),
    "I64": numpy.array(12345678901, "int64"),
    "I32": numpy.array([-(2**31), 2**31 - 1], "int32"),
    "I16": numpy.array([-(2**15)], "int16"),
    "I8": numpy.array([-128, 127], "int8"),
    "U32": numpy.array([2**32 - 1], "uint32"),
    "U16": numpy.array([2**16 - 1], "uint16"),
    "U8": numpy.array([255], "uint8"),
    "BOOL": numpy.array([True, False]),
    "empty": numpy.zeros((0, 4)),
}
save_file(types, "types.safetensors")
types["fortran"] = numpy.asfortranarray(numpy.arange(24.0).reshape(2, 3, 4))
numpy.savez_compressed("types.npz", **types)
