#!/usr/bin/python3
"""peer_opencv.py bin [photographs...]: skfilter beside OpenCV (Debian: python3-opencv), on one thread each, as TSV.

The photographs (JPEG or PNG; without any, 40 phantoms of 200x150) go through both, taking turns, five times: `agree` is the
share of samples that are at most one level apart, `most` the greatest difference, the speeds are medians in Mpixel/s of CPU
time. Ours starts anew each time and reads a file, OpenCV's images are in memory. After this skfilter's own: threads, and a large
image; and how skaug's default warps and skcrop's reductions agree with OpenCV's."""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import cv2
    import numpy as np
except ImportError:
    print("# skipped: no OpenCV (Debian: python3-opencv)")
    sys.exit(0)

RUNS = 5


def ppm(image):
    """BGR or gray to PPM or PGM."""
    height, width = image.shape[:2]
    samples = image if image.ndim == 2 else image[:, :, ::-1]
    return b"P%d\n%d %d\n255\n" % (5 if image.ndim == 2 else 6, width, height) + samples.tobytes()


def images_of(stream):
    at = 0
    while at < len(stream):
        magic, size, _, rest = stream[at:at + 40].split(b"\n", 3)
        width, height = map(int, size.split())
        at += len(stream[at:at + 40]) - len(rest)
        count = width * height * (3 if magic == b"P6" else 1)
        image = np.frombuffer(stream, np.uint8, count, at).reshape(height, width, -1)
        yield image[:, :, ::-1] if magic == b"P6" else image[:, :, 0]
        at += count


def phantoms(tools):
    stream = subprocess.run([f"{tools}/skphantom", "-n", "40", "-w", "200", "malignant"], check=True, stdout=subprocess.PIPE)
    return [np.ascontiguousarray(image[:150]) for image in images_of(stream.stdout)]


def sigma(diameter):
    return 0.3 * ((diameter - 1) * 0.5 - 1) + 0.8


PEERS = {
    "bilateral": lambda image, d: cv2.bilateralFilter(image, d, 75, 75),
    "gaussian": lambda image, d: cv2.GaussianBlur(image, (d, d), sigma(d)),
    "median": cv2.medianBlur,
}


def cpu_of(command):
    """The CPU seconds that a process takes; what it writes goes nowhere, as a pipe's copies are not its work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def agreement(images, stream):
    """The share of samples at most one level apart, and the greatest difference."""
    apart = np.concatenate([np.abs(a.astype(int) - b).ravel() for a, b in zip(images, images_of(stream))])
    return np.mean(apart <= 1), apart.max()


def compare(tools, method, diameter, images, stream, kind):
    pixels = sum(image.shape[0] * image.shape[1] for image in images) / 1e6
    command = [f"{tools}/skfilter", "-q", "-j", "1", "-m", method, "-d", str(diameter), stream]
    theirs, ours, peer = [], [], None
    for _ in range(RUNS):
        start = time.process_time()
        peer = [PEERS[method](image, diameter) for image in images]
        theirs.append(pixels / (time.process_time() - start))
        ours.append(pixels / cpu_of(command))
    agree, most = agreement(peer, subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    us, them = statistics.median(ours), statistics.median(theirs)
    print(f"{method}\t{diameter}\t{kind}\t{100 * agree:.4f}%\t{most}\t{us:.1f}\t{them:.1f}\t{us / them:.2f}",
          flush=True)


def wall(tools, jobs, stream):
    times = []
    for _ in range(3):
        start = time.monotonic()
        subprocess.run([f"{tools}/skfilter", "-q", "-j", str(jobs), stream], check=True, stdout=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
    return statistics.median(times)


def warp(image, row):
    """What skaug did to an image, by warpAffine, from a line of its log."""
    flip_horizontal, flip_vertical, shear, degrees = map(float, row.split("\t")[2:6])
    height, width = image.shape[:2]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    linear = np.array([[cos, -sin], [sin, cos]]) @ [[1, shear], [0, 1]] @ np.diag([1 - 2 * flip_horizontal, 1 - 2 * flip_vertical])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    return cv2.warpAffine(image, np.column_stack([linear, centre - linear @ centre]), (width, height), flags=cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REFLECT_101)


def reduce(image):
    height, width = image.shape[:2]
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return cv2.resize(np.ascontiguousarray(image[top:top + side, left:left + side]), (64, 64), interpolation=cv2.INTER_AREA)


def compare_geometry(tools, images, stream, folder):
    log = os.path.join(folder, "log")
    out = subprocess.run([f"{tools}/skaug", "--log", log, stream], check=True, stdout=subprocess.PIPE).stdout
    rows = [line for line in open(log) if line[0].isdigit()]
    agree, most = agreement([warp(image, row) for image, row in zip(images, rows)], out)
    print(f"# skaug and warpAffine: {100 * agree:.3f}% at most 1 apart, at most {most} (OpenCV rounds places to 1/32 of a pixel)")
    out = subprocess.run([f"{tools}/skcrop", stream], check=True, stdout=subprocess.PIPE).stdout
    agree, most = agreement(map(reduce, images), out)
    print(f"# skcrop and INTER_AREA: {100 * agree:.3f}% at most 1 apart, at most {most}")


def main():
    tools = sys.argv[1]
    images = [cv2.imread(name) for name in sys.argv[2:]] or phantoms(tools)
    cv2.setNumThreads(1)
    print(f"# OpenCV {cv2.__version__}, {len(images)} images, CPU time of one thread")
    print("method\tdiameter\tkind\tagree\tmost\tours\topencv\tratio")
    with tempfile.TemporaryDirectory() as folder:
        for kind, of in (("colour", images), ("gray", [np.ascontiguousarray(i[:, :, 1]) for i in images])):
            stream = os.path.join(folder, kind)
            with open(stream, "wb") as file:
                file.write(b"".join(map(ppm, of)))
            for method in PEERS:
                for diameter in (5, 9, 15):
                    compare(tools, method, diameter, of, stream, kind)
        colour, large = os.path.join(folder, "colour"), os.path.join(folder, "large")
        pixels = sum(i.shape[0] * i.shape[1] for i in images) / 1e6
        compare_geometry(tools, images, colour, folder)
        cpus = os.cpu_count()
        one, all_ = wall(tools, 1, colour), wall(tools, cpus, colour)
        print(f"# bilateral, diameter 9, the same images: {pixels / one:.1f} Mpixel/s on 1 thread, {pixels / all_:.1f} on {cpus}")
        with open(large, "wb") as file:
            file.write(ppm(cv2.resize(images[0], (6000, 4000), interpolation=cv2.INTER_CUBIC)))
        seconds = cpu_of([f"{tools}/skfilter", "-q", "-j", "1", large])
        print(f"# one image of 6000x4000: {24 / seconds:.1f} Mpixel/s of CPU time on 1 thread")


main()
