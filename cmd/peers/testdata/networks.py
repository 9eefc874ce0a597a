"""The peer's side of the network jobs: PyTorch on the processor.

    networks.py JOB TYPE THREADS REPETITIONS

prints the median and minimum in milliseconds and the peak memory in MiB. JOB is
matmul, conv, mlp, cnn, mlp-hvp or cnn-hvp, TYPE f32 or f64. The Hessian-vector
products keep the graph of the gradient between them.
"""

import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

job, kind, threads, repetitions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
torch.manual_seed(0)
torch.set_default_dtype({"f32": torch.float32, "f64": torch.float64}[kind])


def block(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


if job.startswith("mlp"):
    net = nn.Sequential(nn.Linear(3072, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10))
    x, y = torch.randn(5000, 3072), torch.randint(0, 10, (5000,))
elif job.startswith("cnn"):
    net = nn.Sequential(*block(3, 32), *block(32, 64), *block(64, 128), nn.Flatten(), nn.Linear(128 * 16, 10))
    x, y = torch.randn(256, 3, 32, 32), torch.randint(0, 10, (256,))
elif job == "conv":
    net = nn.Conv2d(64, 64, 3, padding=1, bias=False)
    x, g = torch.randn(64, 64, 32, 32, requires_grad=True), torch.randn(64, 64, 32, 32)
elif job == "matmul":
    a, b = torch.randn(5000, 3072), torch.randn(3072, 200)

if job in ("mlp", "cnn"):
    params = list(net.parameters())

    def once():
        for p in params:
            p.grad = None
        F.cross_entropy(net(x), y).backward()
        with torch.no_grad():
            for p in params:
                p.sub_(p.grad, alpha=0.01)

elif job.endswith("hvp"):
    params = list(net.parameters())
    gradient = torch.autograd.grad(F.cross_entropy(net(x), y), params, create_graph=True)
    direction = [torch.ones_like(p) for p in params]

    def once():
        torch.autograd.grad(gradient, params, grad_outputs=direction, retain_graph=True)

elif job == "conv":

    def once():
        x.grad = None
        net.zero_grad()
        net(x).backward(g)

else:

    def once():
        torch.matmul(a, b)


once()
once()
times = []
for _ in range(repetitions):
    began = time.perf_counter()
    once()
    times.append(1e3 * (time.perf_counter() - began))
print(statistics.median(times), min(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
