"""The scalar jobs of BenchmarkRun in NumPy and PyTorch, for docs/performance.md.

    OMP_WAIT_POLICY=passive python3 scalar.py

Each job is gradient descent on
  growth: (1 + |x|) log(1 + |x|) - |x|, with the gradient by hand in NumPy and by
          autograd in PyTorch;
  valleys: the two valleys of Ma, Kunin, Wu, Ying (2022), Fig. 5.1, likewise,
for one trajectory or 256 side by side. Printed is the median of five passes, in
nanoseconds per step of one trajectory.
"""

import statistics
import time

import numpy as np

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

RATE = 1e-5


def report(name, steps, lanes, job):
    job(steps)
    passes = []
    for _ in range(5):
        start = time.perf_counter()
        job(steps)
        passes.append((time.perf_counter() - start) / (steps * lanes) * 1e9)
    print(f"{name:34} {statistics.median(passes):10.1f} ns")


def growth(x):
    """f and f' of the subquadratic f1."""
    a = np.abs(x)
    log = np.log1p(a)
    return (1 + a) * log - a, np.sign(x) * log


def numpy_growth(start):
    def job(steps):
        x = start.copy() if isinstance(start, np.ndarray) else np.float64(start)
        for _ in range(steps):
            _, slope = growth(x)
            x = x - RATE * slope

    return job


def numpy_valleys(steps):
    x, y = np.float64(-20.0), np.float64(3.0)
    for _ in range(steps):
        wide = 1 + 0.001 * x * x
        _, slope_wide = growth(wide * y)
        narrow = 1 + 0.001 * y * y
        q, slope_narrow = growth(narrow * 10 * x)
        weight = 0.25 / ((1 + q) * (1 + q)) * slope_narrow
        gx = slope_wide * 0.002 * x * y + weight * narrow * 10
        gy = slope_wide * wide + weight * 0.02 * y * x
        x, y = x - RATE * gx, y - RATE * gy


def torch_growth(x):
    a = x.abs()
    return (1 + a) * torch.log1p(a) - a


def torch_valleys(p):
    def valley(u, v):
        return torch_growth((1 + 0.001 * u * u) * v)

    q = valley(p[1], 10 * p[0])
    return valley(p[0], p[1]) + 0.25 * q / (1 + q)


def torch_descent(loss, start):
    def job(steps):
        p = start.clone().requires_grad_()
        for _ in range(steps):
            (slope,) = torch.autograd.grad(loss(p).sum(), p)
            with torch.no_grad():
                p.sub_(slope, alpha=RATE)

    return job


report("NumPy, growth, one", 20000, 1, numpy_growth(-5.0))
report("NumPy, growth, 256", 2000, 256, numpy_growth(np.linspace(-5.0, -3.0, 256)))
report("NumPy, valleys, one", 10000, 1, numpy_valleys)
if torch is None:
    print("PyTorch is not installed: its rows are left out")
else:
    wide = torch.stack([torch.linspace(-20, -18, 256, dtype=torch.float64), torch.full((256,), 3.0, dtype=torch.float64)])
    report("PyTorch, growth, one", 1000, 1, torch_descent(torch_growth, torch.tensor(-5.0, dtype=torch.float64)))
    report("PyTorch, growth, 256", 1000, 256, torch_descent(torch_growth, torch.linspace(-5, -3, 256, dtype=torch.float64)))
    report("PyTorch, valleys, one", 1000, 1, torch_descent(torch_valleys, torch.tensor([-20.0, 3.0], dtype=torch.float64)))
    report("PyTorch, valleys, 256", 1000, 256, torch_descent(torch_valleys, wide))
