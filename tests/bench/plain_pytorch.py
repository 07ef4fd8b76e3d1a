"""The program's network, its training step and its Euler-Maruyama sampler in plain PyTorch, as one usually writes them: what the program's
times are compared with."""

import math
import time

import h5py
import numpy as np
import torch

SIGMA, STEPS, WALKERS = 10.0, 1000, 20000
HIDDEN, FEATURES = [48, 48, 48], 128
LEVELS, PER_LEVEL = 128, 256


class PlainNetwork(torch.nn.Module):
    """The same function as the program's network, in ordinary modules. x: one number a configuration, or `numbers` along a last axis;
    `level`: of the shape of the configurations, or one that broadcasts to it.
    """

    def __init__(self, numbers=1, hidden=HIDDEN, activation=torch.nn.functional.silu):
        super().__init__()
        self.numbers, self.activation = numbers, activation
        self.frequencies = torch.randn(FEATURES // 2)
        self.weights, self.embeddings = torch.nn.ModuleList(), torch.nn.ModuleList()
        for inputs, width in zip([numbers, *hidden], [*hidden, numbers]):
            self.weights.append(torch.nn.Linear(inputs, width, bias=False))
            self.embeddings.append(torch.nn.Linear(FEATURES, width))

    def load(self, file: h5py.File) -> "PlainNetwork":
        """The averaged weights of a model file."""
        flat = torch.from_numpy(file["network/averaged_weights"][:].astype(np.float32))
        self.frequencies = torch.from_numpy(file["network/frequencies"][:].astype(np.float32))
        parts = [p for w, e in zip(self.weights, self.embeddings) for p in (w.weight, e.weight, e.bias)]
        for parameter, values in zip(parts, flat.split([p.numel() for p in parts])):
            parameter.data = values.reshape(parameter.shape[::-1]).transpose(0, -1).contiguous()
        return self

    def forward(self, x, level):
        phase = level[..., None] * self.frequencies
        e = torch.cat([phase.sin(), phase.cos()], dim=-1)
        h = x[..., None] if self.numbers == 1 else x
        for i, (weight, embedding) in enumerate(zip(self.weights, self.embeddings)):
            h = weight(h) + embedding(e)
            if i + 1 < len(self.weights):
                h = self.activation(h)
        return h[..., 0] if self.numbers == 1 else h


def core_seconds(action):
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def trainer(embed_once: bool):
    """A function that does one optimiser step on LEVELS * PER_LEVEL configurations: noise levels, one a configuration (or, with
    `embed_once`, LEVELS of them with PER_LEVEL configurations each), random data, random noise, loss, gradient, Adam."""
    network = PlainNetwork()
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3, betas=(0.9, 0.99))
    data = torch.where(torch.rand(100000) < 0.5, -1.0, 1.0) + 0.25 * torch.randn(100000)
    shape = (LEVELS, PER_LEVEL) if embed_once else (LEVELS * PER_LEVEL,)

    def step():
        level = -5.0 * torch.rand((LEVELS, 1) if embed_once else shape)
        angle = 2.0 * torch.atan(torch.exp(level))
        z, noise = data[torch.randint(len(data), shape)], torch.randn(shape)
        target = z * torch.sin(angle) - noise * torch.cos(angle)
        loss = torch.mean((network(z * torch.cos(angle) + noise * torch.sin(angle), level) - target) ** 2)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def schedule(c: float, t: float) -> tuple[float, float]:
    u = (SIGMA ** (2 * t) - 1) / (2 * math.log(SIGMA))
    return (1.0, u) if c == 0 else (math.exp(-c * u / 2), -math.expm1(-c * u) / c)


@torch.inference_mode()
def euler_maruyama(network, c: float, mean: float, variance: float, embed_once: bool, steps: int = STEPS) -> torch.Tensor:
    """The first `steps` of STEPS Euler-Maruyama steps of WALKERS walkers."""
    f, xi = schedule(c, 1.0)
    x = f * mean + math.sqrt(variance * f * f + xi) * torch.randn(WALKERS)
    h = 1.0 / STEPS
    for n in range(steps):
        t = 1.0 - n * h
        f, xi = schedule(c, t)
        r, deviation = math.sqrt(xi) / f, math.sqrt(variance * f * f + xi)
        level = torch.full((1 if embed_once else WALKERS,), -math.asinh(math.sqrt(variance) / r))
        centred = x - f * mean
        score = network(centred / deviation, level) * (math.sqrt(variance) / (r * deviation)) - centred / deviation**2
        g2 = SIGMA ** (2 * t)
        x = x * (1 + 0.5 * h * c * g2) + h * g2 * score
        if n + 1 < STEPS:
            x = x + math.sqrt(h * g2) * torch.randn(WALKERS)
    return x
