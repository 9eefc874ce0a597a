"""Writes golden.json: what PyTorch makes of five small networks, in binary64.

    python3 golden.py > golden.json

The networks are tables that both sides read. Parameters and data come from a
linear congruential generator, so that only its seeds are stored. All vectors are
in relief's order: conv weights H x W x C/Groups x C', dense weights in x out,
images and flattened images N x H x W x C.

Batch norm is written out in primitive operations, so that no higher derivative
rests on a formula of the library's; what torch.nn.functional.batch_norm gives in
train mode is compared with it. Every Hessian-vector product and third derivative
is held to finite differences. What was found is printed to the standard error.
"""

import json
import math
import re
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

STEPS = 20  # of gradient descent
POINTS = 21  # of the slice


def numbers(seed, count):
    """Numbers in [-1, 1): Knuth's MMIX generator, the upper 53 bits of each state."""
    out, state = [], seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append((state >> 11) * 2.0**-52 - 1)
    return torch.tensor(out)


# Layers. A parameter is (name, shape in relief's order, its reading in torch's).


def fill(layer):
    """A layer with what its table leaves out."""
    return {"stride": 1, "padding": 0, "groups": 1, "bias": True, "slope": 0.0, "function": "", "epsilon": 1e-5, **layer}


def after_flatten(image, tail):
    """Reads an array whose first axis is H x W x C as C x H x W."""
    h, w, c = image
    n = len(tail)
    return lambda a: a.reshape(h, w, c, *tail).permute(2, 0, 1, *range(3, 3 + n)).reshape(-1, *tail)


def parameters(layers, shape, image=None):
    """The parameters of layers on samples of a shape (h, w, c) or (units,), and the shape behind them."""
    out = []
    for l in map(fill, layers):
        kind, name = l["kind"], l.get("name", "")
        if kind == "dense":
            read = after_flatten(image, (l["units"],)) if image else lambda a: a
            out.append((name + ".weight", (shape[0], l["units"]), lambda a, read=read: read(a).T))
            if l["bias"]:
                out.append((name + ".bias", (l["units"],), lambda a: a))
            shape, image = (l["units"],), None
        elif kind == "conv":
            k, s, p = l["kernel"], l["stride"], l["padding"]
            out.append((name + ".weight", (k, k, shape[2] // l["groups"], l["channels"]), lambda a: a.permute(3, 2, 0, 1)))
            if l["bias"]:
                out.append((name + ".bias", (l["channels"],), lambda a: a))
            shape = tuple((d + 2 * p - k) // s + 1 for d in shape[:2]) + (l["channels"],)
        elif kind in ("batch_norm", "layer_norm"):
            read = after_flatten(image, ()) if image else lambda a: a
            out += [(name + end, (shape[-1],), read) for end in (".weight", ".bias")]
        elif kind in ("max_pool", "avg_pool"):
            k, s, p = l["kernel"], l["stride"], l["padding"]
            shape = tuple((d + 2 * p - k) // s + 1 for d in shape[:2]) + shape[2:]
        elif kind == "global_pool":
            shape = shape[2:]
        elif kind == "flatten":
            image, shape = shape, (math.prod(shape),)
        elif kind in ("residual", "concat"):
            ends = []
            for b in l["branches"]:
                more, end = parameters(b, shape, image)
                out += more
                ends.append(end)
            shape = ends[0] if kind == "residual" else ends[0][:-1] + (sum(e[-1] for e in ends),)
    return out, shape


FUNCTIONS = {
    "": lambda x, a: x,
    "identity": lambda x, a: x,
    "relu": lambda x, a: F.relu(x),
    "leaky_relu": lambda x, a: F.leaky_relu(x, a),
    "elu": lambda x, a: F.elu(x, a),
    "gelu": lambda x, a: F.gelu(x),
    "softplus": lambda x, a: F.softplus(x, threshold=1e3),
    "tanh": lambda x, a: torch.tanh(x),
    "hardtanh": lambda x, a: F.hardtanh(x),
    "sigmoid": lambda x, a: torch.sigmoid(x),
}


def batch_norm(x, weight, bias, eps):
    dims = [0] + list(range(2, x.dim()))
    column = [1, -1] + [1] * (x.dim() - 2)
    d = x - x.mean(dims, keepdim=True)
    variance = (d * d).mean(dims, keepdim=True)
    return d / torch.sqrt(variance + eps) * weight.reshape(column) + bias.reshape(column)


def library_batch_norm(x, weight, bias, eps):
    return F.batch_norm(x, None, None, weight, bias, True, 0.0, eps)


def forward(layers, p, x, norm=batch_norm):
    for l in map(fill, layers):
        kind, name = l["kind"], l.get("name", "")
        weight, bias = p.get(name + ".weight"), p.get(name + ".bias")
        if kind == "dense":
            x = F.linear(x, weight, bias)
        elif kind == "conv":
            x = F.conv2d(x, weight, bias, l["stride"], l["padding"], 1, l["groups"])
        elif kind == "batch_norm":
            x = norm(x, weight, bias, l["epsilon"])
        elif kind == "layer_norm":
            x = F.group_norm(x, 1, weight, bias, l["epsilon"])
        elif kind == "max_pool":
            x = F.max_pool2d(x, l["kernel"], l["stride"], l["padding"])
        elif kind == "avg_pool":
            x = F.avg_pool2d(x, l["kernel"], l["stride"], l["padding"])
        elif kind == "global_pool":
            x = x.mean([2, 3])
        elif kind == "flatten":
            x = x.flatten(1)
        elif kind == "residual":
            x = sum(forward(b, p, x, norm) for b in l["branches"])
        elif kind == "concat":
            x = torch.cat([forward(b, p, x, norm) for b in l["branches"]], 1)
        x = FUNCTIONS[l["function"]](x, l["slope"])
    return x


def conv(name, channels, kernel, **more):
    return {"kind": "conv", "name": name, "channels": channels, "kernel": kernel, **more}


def dense(name, units, function="", **more):
    return {"kind": "dense", "name": name, "units": units, "function": function, **more}


def norm(name, function="", kind="batch_norm"):
    return {"kind": kind, "name": name, "function": function}


def pool(kind, kernel, **more):
    return {"kind": kind, "name": "", "kernel": kernel, **more}


def growing(name):
    return {"kind": "concat", "name": name, "branches": [[], [
        norm(name + ".norm1", "relu"), conv(name + ".conv1", 4, 1, bias=False),
        norm(name + ".norm2", "relu"), conv(name + ".conv2", 3, 3, padding=1, bias=False)]]}


GLOBAL, FLATTEN = {"kind": "global_pool", "name": ""}, {"kind": "flatten", "name": ""}

NETWORKS = [
    {"name": "mlp", "input": [1, 1, 6], "samples": 8, "loss": "mse", "rate": 0.3, "layers": [
        dense("fc1", 7, "tanh"), dense("fc2", 5, "tanh"), dense("fc3", 3)]},
    {"name": "convolutional", "input": [6, 6, 2], "samples": 6, "loss": "cross_entropy", "rate": 0.2, "layers": [
        conv("conv1", 4, 3, padding=1), norm("norm1", "relu"), pool("max_pool", 2, stride=2),
        conv("conv2", 5, 3, padding=1), norm("norm2", "relu"), GLOBAL, dense("fc", 3)]},
    {"name": "residual", "input": [6, 6, 2], "samples": 5, "loss": "mse", "rate": 0.1, "layers": [
        conv("conv1", 3, 3, padding=1, bias=False), norm("norm1", "relu"),
        {"kind": "residual", "name": "block", "function": "relu", "branches": [
            [conv("block.conv1", 4, 3, stride=2, padding=1, bias=False), norm("block.norm1", "relu"),
             conv("block.conv2", 4, 3, padding=1, bias=False), norm("block.norm2")],
            [conv("block.shortcut", 4, 1, stride=2, bias=False), norm("block.norm3")]]},
        GLOBAL, dense("fc", 3)]},
    {"name": "concat", "input": [5, 4, 2], "samples": 6, "loss": "cross_entropy", "soft": True, "rate": 0.2, "layers": [
        conv("stem", 4, 3, padding=1, bias=False), growing("grow1"), growing("grow2"),
        norm("norm", "relu"), conv("squeeze", 3, 1, bias=False), pool("avg_pool", 2, stride=2), FLATTEN, dense("fc", 4)]},
    {"name": "mixed", "input": [7, 6, 4], "samples": 4, "loss": "cross_entropy", "rate": 0.2, "layers": [
        conv("conv1", 6, 3, padding=1, groups=2), norm("norm1", "gelu", "layer_norm"), pool("max_pool", 3, stride=2, padding=1),
        conv("conv2", 3, 2, groups=3, function="elu", slope=1.0), pool("avg_pool", 2, padding=1), FLATTEN,
        norm("norm2", "", "layer_norm"), norm("norm3", "hardtanh"), dense("fc1", 5, "softplus"),
        {"kind": "residual", "name": "add", "function": "leaky_relu", "slope": 0.1, "branches": [[dense("fc2", 5, "sigmoid")], []]},
        dense("fc3", 3)]},
]


def named(layers, prefix=""):
    """Gives a name to each layer that has none."""
    for i, l in enumerate(layers):
        l = layers[i] = dict(l)
        l["name"] = l["name"] or f"{prefix}{l['kind']}{i}"
        if "branches" in l:
            l["branches"] = [named(list(b), f"{l['name']}.{k}.") for k, b in enumerate(l["branches"])]
    return layers


class Case:
    """One network on its data, as functions of the flat vector of parameters."""

    def __init__(self, spec):
        self.spec, self.layers = spec, spec["layers"]
        n, image = spec["samples"], spec["input"]
        flat = image[0] == image[1] == 1
        self.params, out = parameters(self.layers, tuple(image[2:] if flat else image))
        self.outputs = out[0]
        x = numbers(1, n * math.prod(image)).reshape(n, *image)
        self.x = x.reshape(n, -1) if flat else x.permute(0, 3, 1, 2).contiguous()
        if spec["loss"] == "mse":
            self.y = numbers(2, n * self.outputs).reshape(n, -1)
        elif spec.get("soft"):
            self.y = F.softmax(2 * numbers(2, n * self.outputs).reshape(n, -1), 1)
        else:
            self.y = F.one_hot(torch.arange(n) * 2 % self.outputs, self.outputs).double()
        start, self.start = [], []
        for k, (name, shape, _) in enumerate(self.params):
            count, norm = math.prod(shape), len(shape) == 1 and name.endswith(".weight")
            scale = 0.3 if len(shape) == 1 else 1.7 / math.sqrt(count / shape[-1])
            shift = 1.0 if norm else 0.0
            self.start.append({"name": name, "shape": shape, "seed": k + 10, "scale": scale, "shift": shift})
            start.append(numbers(k + 10, count) * scale + shift)
        self.point = torch.cat(start)
        self.vector = numbers(3, len(self.point))

    def logits(self, w, norm=batch_norm):
        p, at = {}, 0
        for name, shape, read in self.params:
            count = math.prod(shape)
            p[name], at = read(w[at : at + count].reshape(shape)), at + count
        assert at == len(w)
        return forward(self.layers, p, self.x, norm)

    def of_logits(self, z):
        """The mean loss of the outputs z."""
        if self.spec["loss"] == "mse":
            return 0.5 * ((z - self.y) ** 2).sum() / len(z)
        return -(self.y * F.log_softmax(z, 1)).sum() / len(z)

    def loss(self, w, norm=batch_norm):
        return self.of_logits(self.logits(w, norm))

    def gradient(self, w, norm=batch_norm):
        w = w.detach().requires_grad_()
        return torch.autograd.grad(self.loss(w, norm), w)[0]

    def hvp(self, w, v, norm=batch_norm):
        w = w.detach().requires_grad_()
        (g,) = torch.autograd.grad(self.loss(w, norm), w, create_graph=True)
        return torch.autograd.grad(g @ v, w)[0]

    def third(self, w, v):
        """The third derivative along v."""
        w = w.detach().requires_grad_()
        y = self.loss(w)
        for _ in range(3):
            (g,) = torch.autograd.grad(y, w, create_graph=True)
            y = g @ v
        return y.item()

    def gauss_newton(self, w, v):
        j = torch.autograd.functional.jacobian(self.logits, w).reshape(-1, len(w))
        z = self.logits(w).detach()
        h = torch.autograd.functional.hessian(self.of_logits, z).reshape(len(j), len(j))
        return j.T @ (h @ (j @ v))


def differ(a, b):
    return ((a - b).norm() / b.norm()).item()


def check(case):
    """Holds the derivatives to the library's and to finite differences."""
    w, v = case.point, case.vector
    assert abs(case.loss(w) - case.loss(w, library_batch_norm)) < 1e-12
    assert differ(case.gradient(w, library_batch_norm), case.gradient(w)) < 1e-10
    h = 1e-5
    g = lambda s: case.gradient(w + s * h * v)
    quotient = (8 * (g(1) - g(-1)) - (g(2) - g(-2))) / (12 * h)
    ours, library = differ(case.hvp(w, v), quotient), differ(case.hvp(w, v, library_batch_norm), quotient)
    bend = lambda s: (case.hvp(w + s * h * v, v) @ v).item()
    third = (8 * (bend(1) - bend(-1)) - (bend(2) - bend(-2))) / (12 * h)
    exact = case.third(w, v)
    print(f"{case.spec['name']:14} {len(w):4} parameters; HVP against differences: {ours:.1e}, that of the library's batch norm: {library:.1e}; third {exact:.6g}, differences {third:.6g}", file=sys.stderr)
    assert ours < 1e-8 and abs(exact - third) < 1e-6 * (abs(exact) + 1)


def golden(spec):
    spec["layers"] = named(spec["layers"])
    case = Case(spec)
    check(case)
    w, rate = case.point, spec["rate"]
    g = case.gradient(w)
    hessian = torch.autograd.functional.hessian(case.loss, w)
    top = torch.linalg.eigvalsh(hessian).flip(0)[:3]
    losses, u = [], w
    for _ in range(STEPS + 1):
        losses.append(case.loss(u).item())
        u = u - rate * case.gradient(u)
    line = torch.linspace(-1, 1, POINTS)
    return {
        **spec, "outputs": case.outputs, "parameters": case.start,
        "targets": case.y.flatten().tolist(), "logits": case.logits(w).flatten().tolist(),
        "value": case.loss(w).item(), "gradient": g.tolist(), "top": top.tolist(),
        "hvp": case.hvp(w, case.vector).tolist(), "gauss_newton": case.gauss_newton(w, case.vector).tolist(),
        "third": case.third(w, case.vector), "descent": losses,
        "slice": [case.loss(w + s * rate * g).item() for s in line],
    }


def activations():
    """The derivatives of order 0 to 3 of each activation at points off its kinks and at 0."""
    points = [-30.0, -3.0, -1.5, -0.4, 0.0, 0.2, 0.9, 1.7, 4.0, 30.0]
    out = []
    for name, slope in [("identity", 0), ("relu", 0), ("leaky_relu", 0.2), ("elu", 1.0), ("elu", 0.7), ("gelu", 0), ("softplus", 0), ("tanh", 0), ("hardtanh", 0), ("sigmoid", 0)]:
        x = torch.tensor(points, requires_grad=True)
        y, orders = FUNCTIONS[name](x, slope), []
        for _ in range(4):
            orders.append(y.tolist())
            y = torch.autograd.grad(y.sum(), x, create_graph=True)[0] if y.requires_grad else torch.zeros_like(x)
        out.append({"function": name, "slope": slope, "points": points, "derivatives": orders})
    return out


# Sizes of the standard networks in their CIFAR forms, built of torch's modules.


def vgg11(classes):
    layers, c = [], 3
    for out in (64, 128, 256, 256, 512, 512, 512, 512):
        layers += [torch.nn.Conv2d(c, out, 3, padding=1), torch.nn.BatchNorm2d(out)]
        c = out
    return layers + [torch.nn.Linear(c, classes)]


def resnet18(classes):
    layers, c = [torch.nn.Conv2d(3, 64, 3, bias=False), torch.nn.BatchNorm2d(64)], 64
    for out, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for stride in (first, 1):
            layers += [torch.nn.Conv2d(c, out, 3, bias=False), torch.nn.BatchNorm2d(out), torch.nn.Conv2d(out, out, 3, bias=False), torch.nn.BatchNorm2d(out)]
            if stride != 1 or c != out:
                layers += [torch.nn.Conv2d(c, out, 1, bias=False), torch.nn.BatchNorm2d(out)]
            c = out
    return layers + [torch.nn.Linear(c, classes)]


def densenet121(classes, growth=32):
    c = 2 * growth
    layers = [torch.nn.Conv2d(3, c, 3, bias=False)]
    for i, blocks in enumerate((6, 12, 24, 16)):
        for _ in range(blocks):
            layers += [torch.nn.BatchNorm2d(c), torch.nn.Conv2d(c, 4 * growth, 1, bias=False), torch.nn.BatchNorm2d(4 * growth), torch.nn.Conv2d(4 * growth, growth, 3, bias=False)]
            c += growth
        if i < 3:
            layers += [torch.nn.BatchNorm2d(c), torch.nn.Conv2d(c, c // 2, 1, bias=False)]
            c //= 2
    return layers + [torch.nn.BatchNorm2d(c), torch.nn.Linear(c, classes)]


def size(layers):
    return sum(p.numel() for p in torch.nn.Sequential(*layers).parameters())


def fans():
    """What torch.nn.init takes for the fans of weights, by their shape in relief's order."""
    out = []
    for groups, (k, c, o) in [(1, (3, 6, 4)), (2, (3, 6, 4)), (1, (1, 5, 7))]:
        layer = torch.nn.Conv2d(c, o, k, groups=groups)
        fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(layer.weight)
        out.append({"kernel": k, "input": c, "channels": o, "groups": groups, "fan_in": fan_in, "fan_out": fan_out})
    return out


def main():
    gain = torch.nn.init.calculate_gain
    out = {
        "networks": [golden(s) for s in NETWORKS],
        "activations": activations(),
        "sizes": {"vgg11": size(vgg11(10)), "resnet18": size(resnet18(10)), "densenet121": size(densenet121(10)), "densenet121_50": size(densenet121(50))},
        "fans": fans(),
        "gains": {"relu": gain("relu"), "tanh": gain("tanh"), "leaky_relu": gain("leaky_relu", 0.2), "sigmoid": gain("sigmoid"), "identity": gain("linear")},
    }
    text = json.dumps(out, indent=1)
    # One line for each list of numbers.
    text = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m.group(1)) + "]", text)
    print(text)


main()
