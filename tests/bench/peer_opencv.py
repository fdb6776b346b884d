#!/usr/bin/python3
"""peer_opencv.py bin [photographs...]: skfilter beside OpenCV (Debian: python3-opencv), on one thread each, as TSV.

The photographs (JPEG or PNG; without any, 40 phantoms of 200x150) go through both, taking turns, five times: `agree` is the
share of samples that are at most one level apart, `most` the greatest difference, the speeds are medians in Mpixel/s of CPU
time. Ours starts anew each time, reads a file and writes; what a run of one image takes is taken off, as starting. OpenCV's images
are in memory. Samples of 16 bits are the photographs' smoothed; OpenCV's median takes them up to diameter 5, its bilateral filter
not at all: it is given their values as floats. After this skfilter's own: threads, and a large image; and how skaug's
default warps and skcrop's reductions agree with OpenCV's."""
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
DTYPES = {255: np.uint8, 65535: ">u2"}  # by maxval
SECONDS = 0.1  # of work that a measurement takes at least: the same images again where they are done sooner


def ppm(image):
    """BGR or gray, of 8 or 16 bits, to PPM or PGM."""
    height, width = image.shape[:2]
    samples = image if image.ndim == 2 else image[:, :, ::-1]
    maxval = np.iinfo(image.dtype).max
    return b"P%d\n%d %d\n%d\n" % (5 if image.ndim == 2 else 6, width, height, maxval) + samples.astype(DTYPES[maxval]).tobytes()


def images_of(stream):
    at = 0
    while at < len(stream):
        magic, size, maxval, rest = stream[at:at + 40].split(b"\n", 3)
        width, height = map(int, size.split())
        at += len(stream[at:at + 40]) - len(rest)
        count = width * height * (3 if magic == b"P6" else 1)
        image = np.frombuffer(stream, DTYPES[int(maxval)], count, at).reshape(height, width, -1)
        yield image[:, :, ::-1] if magic == b"P6" else image[:, :, 0]
        at += image.nbytes


def phantoms(tools):
    stream = subprocess.run([f"{tools}/skphantom", "-n", "40", "-w", "200", "malignant"], check=True, stdout=subprocess.PIPE)
    return [np.ascontiguousarray(image[:150]) for image in images_of(stream.stdout)]


def bilateral(image, diameter):
    return cv2.bilateralFilter(image, diameter, 75 if image.dtype == np.uint8 else 75 * 257, 75)


def median_blur(image, diameter):
    return None if image.dtype == np.uint16 and diameter > 5 else cv2.medianBlur(image, diameter)


PEERS = {
    "bilateral": bilateral,
    "gaussian": lambda image, diameter: cv2.GaussianBlur(image, (diameter, diameter), 0),
    "median": median_blur,
}


def cpu_of(command):
    """The CPU seconds that a process takes; what it writes goes nowhere, as a pipe's copies are not its work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def agreement(images, stream):
    """The share of samples at most one level apart, and the greatest difference."""
    apart = np.concatenate([np.abs(a.round().astype(int) - b).ravel() for a, b in zip(images, images_of(stream))])
    return np.mean(apart <= 1), apart.max()


def peer_seconds(method, diameter, images, times):
    """CPU time that OpenCV takes for all images, so many times, and what it made of them."""
    start = time.process_time()
    for _ in range(times):
        results = [PEERS[method](image, diameter) for image in images]
    return time.process_time() - start, results


def compare(tools, method, diameter, images, stream, one, kind):
    pixels = [image.shape[0] * image.shape[1] / 1e6 for image in images]
    command = [f"{tools}/skfilter", "-q", "-j", "1", "-m", method, "-d", str(diameter)]
    if method == "bilateral" and images[0].dtype == np.uint16:
        images = [image.astype(np.float32) for image in images]
    seconds, peer = peer_seconds(method, diameter, images, 1)
    times = 1 if peer[0] is None else min(100, max(1, round(SECONDS / seconds)))
    theirs, ours = [], []
    for _ in range(RUNS):
        theirs.append(times * sum(pixels) / peer_seconds(method, diameter, images, times)[0])
        seconds = cpu_of(command + times * [stream]) - cpu_of(command + [one])
        ours.append((times * sum(pixels) - pixels[0]) / seconds)
    us, them = statistics.median(ours), statistics.median(theirs)
    head = f"{method}\t{diameter}\t{kind}"
    if peer[0] is None:
        print(f"{head}\t-\t-\t{us:.1f}\t-\t-", flush=True)
        return
    agree, most = agreement(peer, subprocess.run(command + [stream], check=True, stdout=subprocess.PIPE).stdout)
    print(f"{head}\t{100 * agree:.4f}%\t{most:.0f}\t{us:.1f}\t{them:.1f}\t{us / them:.2f}", flush=True)


def kinds_of(images):
    """The images in each kind: colour and gray, of 8 and 16 bits."""
    yield "colour", images
    yield "gray", [np.ascontiguousarray(image[:, :, 1]) for image in images]
    deep = [cv2.GaussianBlur(image.astype(np.uint16) * 257, (3, 3), 0) for image in images]
    yield "colour16", deep
    yield "gray16", [np.ascontiguousarray(image[:, :, 1]) for image in deep]


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
        for kind, of in kinds_of(images):
            stream, one = os.path.join(folder, kind), os.path.join(folder, "one")
            with open(stream, "wb") as file:
                file.write(b"".join(map(ppm, of)))
            with open(one, "wb") as file:
                file.write(ppm(of[0]))
            for method in PEERS:
                for diameter in (5, 9, 15):
                    compare(tools, method, diameter, of, stream, one, kind)
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
