#!/usr/bin/python3
"""peer_torch.py bench_step [steps [kernel]]: one full DCGAN step (64x64, width 64, z 128, batch 128) by PyTorch and by
bench_step, taking turns in one run, as TSV. PyTorch runs as it is installed, with channels_last, and with that and an
allocator that keeps its memory, with 1 thread and with all processors; the ratio is its median over ours at the same
threads. Each is a process of its own, which makes a step for every line it reads ("peer" is how PyTorch's is started)."""
import os
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

BATCH, LATENT, WIDTH = 128, 128, 64


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


def peer(kernel, layout, threads):
    torch.set_num_threads(threads)
    gan = Peer(kernel, layout)
    for _ in sys.stdin:
        print(f"{gan.step():.6f}", flush=True)


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


def measure(program, kernel, threads, steps):
    def pytorch(name, layout, environment):
        command = [sys.executable, __file__, "peer", str(kernel), layout, str(threads)]
        return Runner(f"pytorch {torch.__version__} {name}", command, environment)

    runners = [Runner("sktools", [program, str(kernel), str(BATCH)], {"SK_THREADS": str(threads)}),
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
        print(f"gan_step_k{kernel}_b{BATCH}\t{threads}\t{r.name}\t{t:.3f}\t{min(times[r]):.3f}\t{t / ours:.2f}", flush=True)


def main():
    if sys.argv[1] == "peer":
        peer(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
        return
    program, steps = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    kernels = [int(sys.argv[3])] if len(sys.argv) > 3 else [4, 5]
    print(f"# oneDNN {torch.backends.mkldnn.is_available()}, OPENBLAS_CORETYPE {os.environ.get('OPENBLAS_CORETYPE', 'unset')}")
    print("benchmark\tthreads\twho\tmedian_s\tleast_s\tratio")
    for kernel in kernels:
        for threads in sorted({1, os.cpu_count()}):
            measure(program, kernel, threads, steps)


main()
