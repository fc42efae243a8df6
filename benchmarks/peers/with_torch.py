"""Contestants in PyTorch: python -m benchmarks.peers.with_torch WORKLOAD CONTESTANT WEIGHTS.npz

torch                eager
torch channels last  eager, images and kernels with the channels last in memory
torch compile        compiled by TorchInductor
torch bfloat16       eager, weights and computations in bfloat16; only to write with SmolLM2
"""

import contextlib
import sys
from collections.abc import Callable, Iterable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from benchmarks.peers import worker
from benchmarks.peers.workloads import LOSSES, WORKLOADS, batch

IMAGES = "cifar10_article", "cifar10_recipe", "mnist_article", "gan"
CONTESTANTS = {  # name: its workloads
    "torch": tuple(WORKLOADS),
    "torch channels last": IMAGES,
    "torch compile": tuple(WORKLOADS),
    "torch bfloat16": ("smollm2_writes",),
}


class Scale(nn.Module):
    """Return scale · x + offset."""

    def __init__(self, scale: float, offset: float = 0.0):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x):
        return x * self.scale + self.offset if self.offset else x * self.scale


class FlattenLast(nn.Module):
    """Flatten maps (n, channels, rows, columns) in the order rows, columns, channels."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


class UnflattenLast(nn.Module):
    """Return maps (n, channels, rows, columns) of x (n, rows · columns · channels)."""

    def __init__(self, *shape: int):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.unflatten(1, self.shape).permute(0, 3, 1, 2)


def article_network(channels: int, flat: int, flatten: nn.Module) -> nn.Module:
    """Return the network of both articles: images (n, channels, size, size) → logits."""
    return nn.Sequential(
        *(Scale(1 / 255), nn.Conv2d(channels, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(64, 64, 3), nn.ReLU()),
        *(flatten, nn.Linear(flat, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def recipe_network() -> nn.Module:
    """Return the network of the CIFAR-10 recipe: images (n, 3, 32, 32) → logits."""
    parts, before = [Scale(1 / 64, -120 / 64)], 3
    for filters, stride in ((32, 1), (64, 2), (128, 1), (256, 1)):
        if stride == 2:  # as Keras pads an even size: nothing in front
            parts += [nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(before, filters, 3, 2, bias=False)]
        else:
            parts += [nn.Conv2d(before, filters, 3, padding=1, bias=False), nn.MaxPool2d(2)]
        parts += [nn.BatchNorm2d(filters, eps=1e-3, momentum=0.1), nn.ReLU()]
        before = filters
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, 10))


class Text(nn.Module):
    """From ids (batch, time) to logits (batch, time, tokens)."""

    def __init__(self, kind: type[nn.Module], tokens: int, units: int):
        super().__init__()
        self.embedding = nn.Embedding(tokens, 64)
        self.recurrent = kind(64, units, batch_first=True)
        self.dense = nn.Linear(units, tokens)
        if kind is nn.LSTM:
            self.recurrent.bias_hh_l0.requires_grad_(False)  # a second bias

    def forward(self, ids):
        return self.dense(self.recurrent(self.embedding(ids))[0])


class Generator(nn.Module):
    """From noise (n, 64) to images (n, 1, 28, 28) between 0 and 1."""

    def __init__(self, unflatten: nn.Module):
        super().__init__()
        norms = [nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01) for channels in (64, 32)]
        self.network = nn.Sequential(
            *(nn.Linear(64, 64 * 7 * 7, bias=False), unflatten, norms[0], nn.LeakyReLU(0.2)),
            *(nn.ConvTranspose2d(64, 32, 4, 2, 1, bias=False), norms[1], nn.LeakyReLU(0.2)),
            *(nn.ConvTranspose2d(32, 1, 4, 2, 1), nn.Sigmoid()),
        )

    def forward(self, noise):
        kind = F.one_hot(noise[:, :10].argmax(1), 10)
        return self.network(torch.cat([3 * kind, noise[:, 10:]], 1))


def digit_discriminator(flatten: nn.Module) -> nn.Module:
    """Return a network from images (n, 1, 28, 28) to logits (n, 1)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(flatten, nn.Linear(64 * 7 * 7, 128), nn.LeakyReLU(0.2), nn.Linear(128, 1)),
    )


def heads_of(x, heads: int):
    """Return x (batch, n, heads · each) as (batch, heads, n, each)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class Attention(nn.Module):
    """Attention of x (batch, n, size) to itself, or to a memory (batch, m, size)."""

    def __init__(self, size: int, heads: int, own: bool):
        super().__init__()
        self.heads = heads
        widths = [3 * size] if own else [size, 2 * size]
        self.project = nn.ModuleList(nn.Linear(size, width, bias=False) for width in widths)
        self.join = nn.Linear(size, size, bias=False)

    def forward(self, x, memory=None, mask=None, causal=False):
        if memory is None:
            query, key, value = self.project[0](x).chunk(3, -1)
        else:
            query, (key, value) = self.project[0](x), self.project[1](memory).chunk(2, -1)
        query, key, value = (heads_of(part, self.heads) for part in (query, key, value))
        return self.join(
            F.scaled_dot_product_attention(query, key, value, mask, 0.0, causal).transpose(1, 2).flatten(2)
        )


def feed_forward(size: int) -> nn.Module:
    """Return the two dense layers of the translator."""
    return nn.Sequential(nn.Linear(size, 4 * size), nn.ReLU(), nn.Linear(4 * size, size))


class EncoderLayer(nn.Module):
    """Self-attention and dense layers, each after a normalization."""

    def __init__(self, size: int, heads: int):
        super().__init__()
        self.attention, self.dense = Attention(size, heads, True), feed_forward(size)
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(2))

    def forward(self, x, mask):
        x = x + self.attention(self.norms[0](x), mask=mask)
        return x + self.dense(self.norms[1](x))


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the memory and dense layers."""

    def __init__(self, size: int, heads: int):
        super().__init__()
        self.own, self.cross = Attention(size, heads, True), Attention(size, heads, False)
        self.dense = feed_forward(size)
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(3))

    def forward(self, x, memory, mask):
        x = x + self.own(self.norms[0](x), causal=True)
        x = x + self.cross(self.norms[1](x), memory, mask)
        return x + self.dense(self.norms[2](x))


class Transformer(nn.Module):
    """From ids of source (batch, n) and target (batch, m) to logits (batch, m, tokens)."""

    def __init__(self, tokens: int, size: int, heads: int, layers: int):
        super().__init__()
        self.size, self.embedding = size, nn.Embedding(tokens, size)
        self.encoder = nn.ModuleList(EncoderLayer(size, heads) for _ in range(layers))
        self.decoder = nn.ModuleList(DecoderLayer(size, heads) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(2))
        angles = np.arange(128)[:, None] * 10_000.0 ** (-2 * np.arange(size // 2) / size)
        waves = np.concatenate([np.sin(angles), np.cos(angles)], 1).astype(np.float32)
        self.register_buffer("positions", torch.from_numpy(waves))

    def embed(self, ids):
        return self.embedding(ids) * self.size**0.5 + self.positions[: ids.shape[1]]

    def forward(self, inputs):
        source, target = inputs
        memory, mask = self.embed(source), (source != 0)[:, None, None]
        for layer in self.encoder:
            memory = layer(memory, mask)
        memory, x = self.norms[0](memory), self.embed(target)
        for layer in self.decoder:
            x = layer(x, memory, mask)
        return F.linear(self.norms[1](x), self.embedding.weight)


def turn(x, cosine, sine):
    """Turn the pairs (i, i + size / 2) of x (…, size)."""
    left, right = x.chunk(2, -1)
    return torch.cat([left * cosine - right * sine, right * cosine + left * sine], -1)


class Block(nn.Module):
    """One layer of the GPT; queries, keys and values, and gate and up, are one product each."""

    def __init__(self, size: int, heads: int, groups: int, inner: int):
        super().__init__()
        self.heads, self.groups, self.each = heads, groups, size // heads
        self.project = nn.Linear(size, (heads + 2 * groups) * self.each, bias=False)
        self.join = nn.Linear(size, size, bias=False)
        self.gate_up, self.down = nn.Linear(size, 2 * inner, bias=False), nn.Linear(inner, size, bias=False)
        self.norms = nn.ModuleList(nn.RMSNorm(size, eps=1e-5) for _ in range(2))

    def split(self, x, waves):
        """Return queries, keys and values, (batch, ·, n, each), the first two turned."""
        parts = heads_of(self.project(self.norms[0](x)), self.heads + 2 * self.groups)
        turned = turn(parts[:, : -self.groups], *waves)
        return turned[:, : self.heads], turned[:, self.heads :], parts[:, -self.groups :]

    def finish(self, x, attended):
        """Return the output, with what was attended to, (batch, n, size)."""
        x = x + self.join(attended)
        gate, up = self.gate_up(self.norms[1](x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)

    def forward(self, x, waves):
        heads = F.scaled_dot_product_attention(*self.split(x, waves), is_causal=True, enable_gqa=True)
        return self.finish(x, heads.transpose(1, 2).flatten(2))

    def extend(self, x, waves, keys, values, place, seen, mask):
        """Do the same for the one place of x (1, 1, size), whose keys and values go into the cache."""
        query, key, value = self.split(x, waves)
        keys.index_copy_(2, place, key)
        values.index_copy_(2, place, value)
        query = query.view(1, self.groups, -1, self.each)  # the heads that share keys as places
        heads = F.scaled_dot_product_attention(query, keys[:, :, :seen], values[:, :, :seen], mask)
        return self.finish(x, heads.reshape(1, 1, -1))


class GPT(nn.Module):
    """From ids (batch, n) to logits (batch, n, tokens)."""

    def __init__(self, tokens: int, size: int, heads: int, groups: int, layers: int, inner: int, base: float):
        super().__init__()
        self.embedding = nn.Embedding(tokens, size)
        self.blocks = nn.ModuleList(Block(size, heads, groups, inner) for _ in range(layers))
        self.norm = nn.RMSNorm(size, eps=1e-5)
        half = size // heads // 2
        angles = torch.arange(256.0)[:, None] * torch.tensor(base ** (-np.arange(half) / half), dtype=torch.float32)
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def logits(self, x):
        return F.linear(self.norm(x), self.embedding.weight)

    def forward(self, ids):
        n = ids.shape[1]
        x, waves = self.embedding(ids), (self.cosine[:n], self.sine[:n])
        for block in self.blocks:
            x = block(x, waves)
        return self.logits(x)

    def next_token(self, token, place, cache, seen: int):
        """Return the token after `token` (1, 1) at `place` (1,), whose keys and values go into the cache.

        Of the cache, `seen` places are read; those after `place` are masked, if there may be any.
        """
        x, waves = self.embedding(token), (self.cosine[place], self.sine[place])
        mask = (torch.arange(seen) <= place)[None] if torch.compiler.is_compiling() else None
        for block, (keys, values) in zip(self.blocks, cache, strict=True):
            x = block.extend(x, waves, keys, values, place, seen, mask)
        return self.logits(x).argmax(-1)


def joined(arrays: list[np.ndarray], counts: dict[int, int]) -> list[np.ndarray]:
    """Return the arrays, `counts[i]` kernels from place i on joined into one."""
    result, i = [], 0
    while i < len(arrays):
        result.append(np.concatenate(arrays[i : i + counts.get(i, 1)], -1))
        i += counts.get(i, 1)
    return result


def load(model: nn.Module, arrays: Iterable[np.ndarray]) -> nn.Module:
    """Give a model weights in the order of its parameters, with kernels as Keras has them."""
    arrays = iter(arrays)
    with torch.no_grad():
        for module in model.modules():
            for name, parameter in module.named_parameters(recurse=False):
                values = next(arrays)
                if "weight" in name and not isinstance(module, nn.Embedding):
                    values = values.transpose(3, 2, 0, 1) if values.ndim == 4 else values.T
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))
    return model


def channels_first(kernel: np.ndarray, side: int, axis: int) -> np.ndarray:
    """Return a kernel that has flat maps on an axis, reordered from rows, columns, channels."""
    parts = kernel.swapaxes(0, axis)
    parts = parts.reshape(side, side, -1, parts.shape[1]).transpose(2, 0, 1, 3).reshape(parts.shape)
    return parts.swapaxes(0, axis)


def recurrent_weights(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Return the weights of a text network in the order of PyTorch's gates, with two biases."""
    embedding, kernel, recurrent, bias, *rest = arrays
    if bias.ndim == 1:
        return [embedding, kernel, recurrent, bias, np.zeros_like(bias), *rest]
    parts = []
    for part in (kernel, recurrent, *bias):
        update, reset, new = np.split(part, 3, -1)
        parts.append(np.concatenate([reset, update, new], -1))
    return [embedding, *parts, *rest]


def network(name: str, arrays: list[np.ndarray], last: bool) -> nn.Module:
    """Return the network of a workload with its weights; `last`: with channels last."""
    options = WORKLOADS[name].options
    sizes = {key: value for key, value in options.items() if key in ("tokens", "size", "heads", "layers")}
    flatten = FlattenLast() if last else nn.Flatten()
    if name.endswith("article"):
        if not last:
            arrays[6] = channels_first(arrays[6], 4 if name.startswith("cifar10") else 3, 0)
        return load(article_network(options["channels"], len(arrays[6]), flatten), arrays)
    if name == "cifar10_recipe":
        return load(recipe_network(), arrays)
    if name.startswith("text"):
        kind = nn.GRU if name == "text_gru" else nn.LSTM
        return load(Text(kind, options["tokens"], options["units"]), recurrent_weights(arrays))
    if name == "gan":
        if not last:
            arrays[0], arrays[12] = channels_first(arrays[0], 7, 1), channels_first(arrays[12], 7, 0)
        unflatten = UnflattenLast(7, 7, 64) if last else nn.Unflatten(1, (64, 7, 7))
        return load(nn.ModuleList([Generator(unflatten), digit_discriminator(flatten)]), arrays)
    if name == "translator":
        return load(Transformer(**sizes), joined(arrays, {1: 3, 13: 3, 18: 2}))
    if name == "smollm2_writes":
        *stacks, norm, embedding = arrays
        arrays = [embedding, *(part for layer in zip(*stacks, strict=True) for part in layer), norm]
    starts = range(1, len(arrays) - 1, 9)
    arrays = joined(arrays, {start: 3 for start in starts} | {start + 4: 2 for start in starts})
    return load(GPT(**sizes, groups=options["groups"], inner=options["inner"], base=options["base"]), arrays)


class Adam(torch.optim.Adam):
    """Adam with all parameters in one kernel, and Keras's ε, added to the root that is not yet corrected."""

    def __init__(self, parameters: Iterable[nn.Parameter], rate: float, beta_1: float, beta_2: float, epsilon: float):
        super().__init__(parameters, rate, (beta_1, beta_2), epsilon, fused=True)
        self.beta_2, self.epsilon, self.steps = beta_2, epsilon, 0

    def step(self):
        self.steps += 1
        self.param_groups[0]["eps"] = self.epsilon / (1 - self.beta_2**self.steps) ** 0.5
        super().step()


def data(name: str, last: bool) -> tuple:
    """Return inputs and targets of a workload that trains."""
    inputs, *more, targets = (torch.from_numpy(array) for array in batch(name))
    if name == "translator":
        return (inputs, *more), targets.long()
    if name == "gan":
        return inputs[:, None], targets
    if name in IMAGES:
        layout = torch.channels_last if last else torch.contiguous_format
        return inputs.permute(0, 3, 1, 2).contiguous(memory_format=layout), targets
    return inputs, targets.long()


def training_step(name: str, model: nn.Module, compiled: bool, last: bool) -> Callable:
    """Return a function that makes a step and returns the loss."""
    options = WORKLOADS[name].options
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if "sgd" in options:
        rate, momentum = options["sgd"].values()
        optimizer = torch.optim.SGD(trained, rate, momentum, nesterov=True, fused=True)
    else:
        optimizer = Adam(trained, **options["adam"])
    inputs, targets = data(name, last)

    def loss_of(inputs, targets):
        logits = model(inputs).flatten(0, -2)
        return F.cross_entropy(
            logits,
            targets.flatten(),
            ignore_index=0 if name == "translator" else -100,
            label_smoothing=options.get("smoothing", 0.0),
        )

    loss_of = torch.compile(loss_of) if compiled else loss_of

    def step():
        optimizer.zero_grad()
        loss = loss_of(inputs, targets)
        loss.backward()
        if "clip" in options:
            nn.utils.clip_grad_norm_(trained, options["clip"])
        optimizer.step()
        return loss

    return step


def gan_step(model: nn.ModuleList, compiled: bool, last: bool) -> Callable:
    """Return a function that makes a step of both players and returns the discriminator's loss."""
    options = WORKLOADS["gan"].options
    real, noise = data("gan", last)
    real.requires_grad_()
    generator, discriminator = model
    players = [list(player.parameters()) for player in model]
    optimizers = [
        Adam(player, **options["adam"] | {"rate": rate}) for player, rate in zip(players, options["rates"], strict=True)
    ]

    def gradients(real, noise):
        real_logits, fake_logits = discriminator(real), discriminator(generator(noise))
        (slopes,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
        penalty = options["penalty"] / 2 * slopes.square().sum() / len(real)
        loss = F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean() + penalty
        generator_loss = F.softplus(-fake_logits).mean()
        for_generator = torch.autograd.grad(generator_loss, players[0], retain_graph=True)
        return loss.detach(), for_generator, torch.autograd.grad(loss, players[1])

    if compiled:
        torch._dynamo.config.trace_autograd_ops = True
        gradients = torch.compile(gradients, fullgraph=True)

    def step():
        loss, *found = gradients(real, noise)
        for player, optimizer, values in zip(players, optimizers, found, strict=True):
            for parameter, gradient in zip(player, values, strict=True):
                # The fused kernel reads a gradient in the order of its parameter in memory, whatever its strides.
                same = gradient.stride() == parameter.stride()
                parameter.grad = gradient if same else torch.empty_like(parameter).copy_(gradient)
            optimizer.step()
        return loss

    return step


def writer(name: str, model: GPT, compiled: bool) -> Callable:
    """Return a function that writes n tokens and returns them."""
    block, groups = WORKLOADS[name].block, WORKLOADS[name].options["groups"]
    each, dtype = model.blocks[0].each, model.embedding.weight.dtype
    cache = [torch.zeros(2, 1, groups, block, each, dtype=dtype).unbind() for _ in model.blocks]
    places = torch.arange(block).split(1)
    start = torch.from_numpy(batch(name)[0])
    next_token = torch.compile(model.next_token, fullgraph=True) if compiled else model.next_token

    @torch.inference_mode()
    def write(n):
        token, written = start, []
        for place in range(n):
            token = next_token(token, places[place], cache, block if compiled else place + 1)
            written.append(token)
        return torch.cat(written, 1)[0].tolist()

    return write


def build(name: str, contestant: str, path: str):
    """Return what `worker.serve` needs."""
    if name not in CONTESTANTS[contestant]:
        raise ValueError(f"Expected a workload of {contestant}, {', '.join(CONTESTANTS[contestant])}, received {name}.")
    torch.set_num_threads(2)
    torch.manual_seed(0)
    compiled, last = contestant == "torch compile", contestant == "torch channels last"
    with np.load(path) as weights:
        model = network(name, list(weights.values()), last)
    parameters = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    if contestant == "torch bfloat16":
        model.bfloat16()
    if last:
        model.to(memory_format=torch.channels_last)
    if WORKLOADS[name].generates:
        write = writer(name, model, compiled)
        return parameters, lambda: write(WORKLOADS[name].block), write
    step = gan_step(model, compiled, last) if name == "gan" else training_step(name, model, compiled, last)

    def work(n):
        for _ in range(n):
            loss = step()
        loss.item()

    return parameters, lambda: step().item(), work


def main(name: str, contestant: str, path: str) -> None:
    """Do what the command line says."""
    with contextlib.ExitStack() as stack:
        if contestant == "torch compile":  # anew, so that the seconds of the first step are those of compiling
            from torch._inductor.utils import fresh_cache

            stack.enter_context(fresh_cache())
        worker.serve(lambda: build(name, contestant, path), LOSSES)


if __name__ == "__main__":
    main(*sys.argv[1:])
