#!/usr/bin/python3
"""peer_torch.py bench_step [steps [4|5|best|resnet|inception]]: one full DCGAN step (64x64, width 64, z 128, batch 128) by either kernel, one
of the residual GAN of --preset best (64x64, width 16, batch 32, without augmentation), one of a residual classifier (64x64, width 64, batch 64) and one of Inception v3 (160x160, batch 32), by PyTorch and by bench_step, taking
turns in one run, as TSV. PyTorch runs as it is installed, with channels_last, and with that and an allocator that keeps its memory, with
1 thread and with all processors; the ratio is its median over ours at the same
threads. Each is a process of its own, which makes a step for every line it reads ("peer" is how PyTorch's is started)."""
import os
import pathlib
import statistics
import subprocess
import sys
import time

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError:
    print("# skipped: no PyTorch (Debian: python3-torch)")
    sys.exit(0)

sys.path.append(str(pathlib.Path(__file__).parents[1] / "fixtures"))
from inception_net import Inception  # noqa: E402

BATCH, LATENT, WIDTH = 128, 128, 64
# Of a classifier: the row's name, images in a batch, their side.
CLASSIFIERS = {"resnet": ("resnet_step", 64, 64), "inception": ("inception_step", 32, 160)}


class Same(nn.Module):
    """TensorFlow's SAME padding for kernel 5, stride 2; its adjoint is the crop [1:-2]."""

    def forward(self, x):
        return F.pad(x, (1, 2, 1, 2))


class Crop(nn.Module):
    def forward(self, x):
        return x[:, :, 1:-2, 1:-2]


def up(inputs, outputs, kernel, bias=False):
    conv = nn.ConvTranspose2d(inputs, outputs, kernel, 2, 1 if kernel == 4 else 0, bias=bias)
    return [conv] if kernel == 4 else [conv, Crop()]


def down(inputs, outputs, kernel, bias=False):
    conv = nn.Conv2d(inputs, outputs, kernel, 2, 1 if kernel == 4 else 0, bias=bias)
    return [conv] if kernel == 4 else [Same(), conv]


def generator(kernel):
    layers = [nn.Linear(LATENT, 16 * 8 * WIDTH, bias=False), nn.Unflatten(1, (8 * WIDTH, 4, 4))]
    for c in (8 * WIDTH, 4 * WIDTH, 2 * WIDTH):
        layers += [nn.BatchNorm2d(c), nn.ReLU(True), *up(c, c // 2, kernel)]
    return nn.Sequential(*layers, nn.BatchNorm2d(WIDTH), nn.ReLU(True), *up(WIDTH, 3, kernel, True), nn.Tanh())


def discriminator(kernel):
    layers = [*down(3, WIDTH, kernel, True), nn.LeakyReLU(0.2, True)]
    for c in (WIDTH, 2 * WIDTH, 4 * WIDTH):
        layers += [*down(c, 2 * c, kernel), nn.BatchNorm2d(2 * c), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16 * 8 * WIDTH, 1), nn.Flatten(0))


class Peer:
    def __init__(self, kernel, layout):
        torch.manual_seed(1)
        form = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.g, self.d = (net(kernel).to(memory_format=form) for net in (generator, discriminator))
        self.real = (torch.rand(BATCH, 3, 64, 64) * 2 - 1).to(memory_format=form)
        self.adam_g, self.adam_d = (torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (self.g, self.d))

    def step(self):
        """As lib/nn/gan.c: D on real and on generated images, its update, G through the updated D, its update."""
        start = time.monotonic()
        bce, one, zero = F.binary_cross_entropy_with_logits, torch.ones(BATCH), torch.zeros(BATCH)
        fake = self.g(torch.randn(BATCH, LATENT))
        self.adam_d.zero_grad(set_to_none=True)
        (bce(self.d(self.real), one) + bce(self.d(fake.detach()), zero)).backward()
        self.adam_d.step()
        for p in self.d.parameters():
            p.requires_grad_(False)  # G's loss wants no gradient of D's weights
        self.adam_g.zero_grad(set_to_none=True)
        bce(self.d(fake), one).backward()
        self.adam_g.step()
        for p in self.d.parameters():
            p.requires_grad_(True)
        return time.monotonic() - start


BEST_BATCH, BEST_WIDTH = 32, 16


class PlainBlock(nn.Module):
    """Without normalisation; the second convolution begins at 0, see lib/nn/resnet.c."""

    def __init__(self, inputs, outputs):
        super().__init__()
        plain = [nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)]
        nn.init.zeros_(plain[1].weight)
        self.branch = nn.Sequential(plain[0], nn.LeakyReLU(0.2, True), plain[1])
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(1, outputs, 1, 1))

    def forward(self, x):
        return F.leaky_relu(self.branch(x) + self.shortcut(x) + self.bias, 0.2, True)


class BestGenerator(nn.Module):
    def __init__(self):
        super().__init__()
        w = BEST_WIDTH
        self.fc = nn.Linear(LATENT, 8 * w)
        self.basis = nn.Parameter(torch.randn(1, 8 * w, 4, 4))
        double = [nn.Upsample(scale_factor=2, mode="bilinear")]
        layers = [nn.BatchNorm2d(8 * w), nn.ReLU(True)]
        for c in (8 * w, 4 * w, 2 * w):
            layers += [*double, Block(c, c), Block(c, c // 2)]
        self.blocks = nn.Sequential(*layers, *double, Block(w, w), nn.Conv2d(w, 3, 3, padding=1), nn.Tanh())

    def forward(self, z):
        return self.blocks(self.basis * self.fc(z)[:, :, None, None])


def best_discriminator():
    layers = [nn.Conv2d(3, BEST_WIDTH, 3, padding=1), nn.LeakyReLU(0.2, True), PlainBlock(BEST_WIDTH, BEST_WIDTH)]
    for c in (BEST_WIDTH, 2 * BEST_WIDTH, 4 * BEST_WIDTH):
        layers += [nn.AvgPool2d(2), PlainBlock(c, 2 * c), PlainBlock(2 * c, 2 * c)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * BEST_WIDTH, 1), nn.Flatten(0))


class BestPeer:
    def __init__(self, layout):
        torch.manual_seed(1)
        form = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.g, self.d = (net().to(memory_format=form) for net in (BestGenerator, best_discriminator))
        self.real = (torch.rand(BEST_BATCH, 3, 64, 64) * 2 - 1).to(memory_format=form)
        self.adam_g, self.adam_d = (torch.optim.Adam(net.parameters(), 2e-4, (0, 0.99)) for net in (self.g, self.d))

    def step(self):
        """Relativistic pairs, and slopes by differences: real and generated images, and either with noise, in one pass of D."""
        start = time.monotonic()
        fake = self.g(torch.randn(BEST_BATCH, LATENT))
        self.adam_d.zero_grad(set_to_none=True)
        seen = torch.cat([self.real, fake.detach()])
        noise = (torch.randint(0, 2, seen.shape) * 2 - 1) * 0.01
        real, generated, real_noise, generated_noise = self.d(torch.cat([seen, seen + noise])).chunk(4)
        slopes = (real - real_noise).square().mean() + (generated - generated_noise).square().mean()
        (F.softplus(generated - real).mean() + 100 * slopes).backward()
        self.adam_d.step()
        for p in self.d.parameters():
            p.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        with torch.no_grad():
            real = self.d(self.real)
        F.softplus(real - self.d(fake)).mean().backward()
        self.adam_g.step()
        for p in self.d.parameters():
            p.requires_grad_(True)
        return time.monotonic() - start


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.branch = nn.Sequential(*conv(inputs, outputs, 3), nn.ReLU(True), *conv(outputs, outputs, 3))
        self.shortcut = nn.Sequential(*([] if inputs == outputs else conv(inputs, outputs, 1)))

    def forward(self, x):
        return F.relu(self.branch(x) + self.shortcut(x), True)


def conv(inputs, outputs, kernel):
    return [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs)]


def residual():
    """As lib/nn/resnet.c."""
    layers = [*conv(3, WIDTH, 3), nn.ReLU(True), Block(WIDTH, WIDTH)]
    for c in (WIDTH, 2 * WIDTH, 4 * WIDTH):
        layers += [nn.AvgPool2d(2), Block(c, 2 * c), Block(2 * c, 2 * c)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * WIDTH, 1))


class Classifier:
    def __init__(self, what, layout):
        torch.manual_seed(1)
        form = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        _, batch, side = CLASSIFIERS[what]
        self.net = (residual() if what == "resnet" else Inception("keras", 1)).to(memory_format=form)
        self.images = (torch.rand(batch, 3, side, side) * 2 - 1).to(memory_format=form)
        self.label = torch.arange(batch) % 2.0
        self.adam = torch.optim.Adam(self.net.parameters(), 2e-4, (0.5, 0.999))

    def step(self):
        start = time.monotonic()
        self.adam.zero_grad(set_to_none=True)
        F.binary_cross_entropy_with_logits(self.net(self.images).squeeze(1), self.label).backward()
        self.adam.step()
        return time.monotonic() - start


def peer(what, layout, threads):
    torch.set_num_threads(threads)
    training = Classifier(what, layout) if what in CLASSIFIERS else BestPeer(layout) if what == "best" else Peer(int(what), layout)
    for _ in sys.stdin:
        print(f"{training.step():.6f}", flush=True)


# glibc gives large blocks back at every free, and the kernel clears them anew at every allocation.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 34), "MALLOC_TOP_PAD_": str(1 << 28),
               "MALLOC_ARENA_MAX": "1"}


class Runner:
    def __init__(self, name, command, environment):
        self.name = name
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env={**os.environ, **environment})

    def step(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return float(self.child.stdout.readline())

    def end(self):
        self.child.stdin.close()
        self.child.wait()


def measure(program, what, threads, steps):
    name, batch, _ = CLASSIFIERS.get(what, ("gan_step_best", BEST_BATCH, 0) if what == "best" else (f"gan_step_k{what}", BATCH, 0))
    def pytorch(how, layout, environment):
        command = [sys.executable, __file__, "peer", what, layout, str(threads)]
        return Runner(f"pytorch {torch.__version__} {how}", command, environment)

    runners = [Runner("sktools", [program, what, str(batch)], {"SK_THREADS": str(threads)}),
               pytorch("contiguous", "contiguous", {}),
               pytorch("channels_last", "channels_last", {}),
               pytorch("channels_last, memory kept", "channels_last", KEEP_MEMORY)]
    times = {r: [] for r in runners}
    for i in range(steps + 1):  # the first warms up
        for r in runners:
            t = r.step()
            if i > 0:
                times[r].append(t)
    ours = statistics.median(times[runners[0]])
    for r in runners:
        r.end()
        t = statistics.median(times[r])
        print(f"{name}_b{batch}\t{threads}\t{r.name}\t{t:.3f}\t{min(times[r]):.3f}\t{t / ours:.2f}", flush=True)


def main():
    if sys.argv[1] == "peer":
        peer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
        return
    program, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    trainings = [sys.argv[3]] if len(sys.argv) > 3 else ["4", "5", "best", *CLASSIFIERS]
    print(f"# oneDNN {torch.backends.mkldnn.is_available()}, OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'unset')}")
    print("benchmark\tthreads\twho\tmedian_s\tleast_s\tratio")
    for what in trainings:
        for threads in sorted({1, os.cpu_count()}):
            measure(program, what, threads, steps)


main()
