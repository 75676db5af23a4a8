"""From the bytes of a camera's picture to the search's answer, on one core, with each stage's time.

Claims: 60 ms at the median and 120 ms at the 99th percentile for a 720p frame against a million
templates; 10 ms for a template. Beside it, in the same run on the same core and the same face:
plain onnxruntime, and dlib's face recognition network as the package face_recognition uses it.

The process that measures is its own, bound to one core before any library starts its threads.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

TEMPLATES = 1_000_000
ROUNDS = 200
WIDTH, HEIGHT = 1280, 720
P50_GOAL, P99_GOAL, EMBED_GOAL = 60.0, 120.0, 10.0
P50_FLOOR, P99_FLOOR, EMBED_FLOOR = 100.0, 200.0, 16.0


def frame(picture: Path | None) -> tuple[bytes, str]:
    """A 720p JPEG as a camera sends it, and what it shows.

    The picture in the middle over a grey wall, with a camera's grain.
    """
    import cv2
    import numpy as np

    if picture is None:
        from skimage import data

        shown, told = data.astronaut()[:, :, ::-1], "Eileen Collins (NASA), from scikit-image"
    else:
        shown, told = cv2.imread(str(picture)), picture.name
    side = HEIGHT
    face = cv2.resize(shown, (side, side), interpolation=cv2.INTER_CUBIC)
    whole = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    left = (WIDTH - side) // 2
    whole[:, left : left + side] = face
    grain = np.random.default_rng(1).normal(0, 3, whole.shape)
    whole = np.clip(whole + grain, 0, 255).astype(np.uint8)
    done, content = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    return bytes(content), f"{told}; {WIDTH} x {HEIGHT}, JPEG of {len(content):,} bytes"


Spent = tuple[float, float]
"""Milliseconds by the clock, and of the processor: on a busy machine only the latter tell."""


def spread(spent: list[Spent]) -> dict[str, float]:
    """Median, 99th percentile and least by the clock; median of the processor's time."""
    ordered = sorted(clock for clock, _ in spent)
    return {
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))],
        "least": ordered[0],
        "processor_p50": sorted(own for _, own in spent)[len(spent) // 2],
    }


@contextmanager
def timed(spent: list[Spent]) -> Iterator[None]:
    """Adds what is spent inside."""
    start, own = perf_counter(), process_time()
    yield
    spent.append(((perf_counter() - start) * 1000, (process_time() - own) * 1000))


def repeated(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of a piece of work, after two runs that do not count."""
    work(), work()
    spent: list[Spent] = []
    for _ in range(rounds):
        with timed(spent):
            work()
    return spread(spent)


class Stages:
    """The milliseconds of each stage of each round."""

    def __init__(self) -> None:
        self.spent: dict[str, list[Spent]] = {}

    def of(self, name: str) -> AbstractContextManager[None]:
        """Times what is done inside."""
        return timed(self.spent.setdefault(name, []))


def measure(templates: int, rounds: int, picture: Path | None) -> dict[str, Any]:
    """All figures; to be called in a process that is bound to one core."""
    import cv2
    import numpy as np

    from parakh.faces.extract import FaceEngine
    from parakh.faces.gallery import Gallery
    from parakh.faces.picture import decode_picture
    from parakh.faces.quality import judge, measure_face
    from parakh.faces.vectors import to_template

    cv2.setNumThreads(1)
    content, told = frame(picture)
    with tempfile.TemporaryDirectory() as folder:
        engine = FaceEngine.open(Path(folder), threads=1)
        plain = FaceEngine.open(Path(folder), threads=1, backend="onnxruntime")
    gallery = Gallery(engine.model_id, engine.dimension, threads=1)
    rng = np.random.default_rng(7)
    for start in range(0, templates, 100_000):
        count = min(100_000, templates - start)
        vectors = rng.standard_normal((count, engine.dimension), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        names = np.array([f"{start + i:032x}" for i in range(count)], dtype="S32")
        gallery.enrol_rows(names, names, vectors)
    threshold = engine.search_threshold(max(templates, 1), 0.01)

    stages = Stages()
    found = 0
    for turn in range(rounds + 3):
        if turn == 3:
            stages = Stages()  # the first runs make what later ones use
        with stages.of("sum of these"):
            with stages.of("decode (JPEG)"):
                decoded = decode_picture(content)
            with stages.of("detect"):
                faces = engine.detector.find(decoded)
            with stages.of("align"):
                cuts = [engine.embedder.cut(decoded, face.landmarks) for face in faces]
            with stages.of("embed (face and mirror image)"):
                vectors, _ = engine.embedder.embed(cuts)
            with stages.of("quality"):
                for face, cut in zip(faces, cuts, strict=True):
                    judge(measure_face(face, cut))
            with stages.of("search"):
                probe = to_template(engine.model_id, vectors[0])
                gallery.search(probe, 20, threshold)
        found = len(faces)
    cut = cuts[0]
    service = repeated(
        lambda: gallery.search(engine.samples(content)[0].template, 20, threshold), rounds
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
        "picture": told,
        "faces": found,
        "templates": len(gallery),
        "rounds": rounds,
        "backends": {
            choice.model: {"chosen": choice.backend, "ms": dict(choice.milliseconds)}
            for choice in engine.runs
        },
        "stages_ms": {name: spread(values) for name, values in stages.spent.items()},
        "whole_ms": service,
        "embed_ms": {
            "parakh": repeated(lambda: engine.embedder.embed([cut]), rounds),
            "parakh, by plain onnxruntime": repeated(
                lambda: plain.embedder.embed([cut]), min(rounds, 50)
            ),
            **dlib_ms(decoded, faces[0].landmarks, min(rounds, 50)),
        },
        "detect_ms": {
            "parakh": repeated(lambda: engine.detector.find(decoded), rounds),
            "parakh, by plain onnxruntime": repeated(
                lambda: plain.detector.find(decoded), min(rounds, 50)
            ),
        },
    }


def dlib_ms(picture: Any, landmarks: Any, rounds: int) -> dict[str, Any]:
    """dlib's embedding of the same face (5-point predictor and ResNet); nothing without dlib."""
    try:
        import dlib
        import numpy as np

        package = metadata.distribution("face_recognition_models")
    except (ImportError, metadata.PackageNotFoundError):
        return {}

    def model(name: str) -> str:
        return str(package.locate_file(f"face_recognition_models/models/{name}"))

    predictor = dlib.shape_predictor(model("shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(model("dlib_face_recognition_resnet_model_v1.dat"))
    rgb = np.ascontiguousarray(picture[:, :, ::-1])
    left, top = landmarks.min(axis=0) - 40
    right, bottom = landmarks.max(axis=0) + 40
    box = dlib.rectangle(int(left), int(top), int(right), int(bottom))
    jitter = 0

    def embed() -> object:
        return network.compute_face_descriptor(rgb, predictor(rgb, box), jitter)

    return {f"dlib {metadata.version('dlib-bin')}, its ResNet": repeated(embed, rounds)}


def machine() -> dict[str, Any]:
    """Where this was measured."""
    from parakh.faces.backends import fingerprint

    return {**fingerprint(), "cores_used": 1, "python": platform.python_version()}


def show(result: dict[str, Any]) -> None:
    """The result as a table."""
    print(f"picture: {result['picture']}")
    print(
        f"gallery: {result['templates']:,} templates; one core of "
        f"{result['machine']['processor']}; load at start {result['load']:.1f}"
    )
    print(f"{'stage':34} {'p50 ms':>9} {'p99 ms':>9} {'least':>9} {'processor':>10}")
    line("bytes to answer", result["whole_ms"])
    for name, own in result["stages_ms"].items():
        line(name, own)
    for part in ("embed_ms", "detect_ms"):
        print(f"\n{part.removesuffix('_ms')}, the same face")
        for name, own in result[part].items():
            line(name, own)
    for model, own in result["backends"].items():
        print(f"\n{model} is run by {own['chosen']}; measured at first start, ms: {own['ms']}")
    total, embed = result["whole_ms"], result["embed_ms"]["parakh"]
    print(f"\ncapture to answer, p50 {total['p50']:.1f} ms: goal {P50_GOAL:g}, floor {P50_FLOOR:g}")
    print(f"capture to answer, p99 {total['p99']:.1f} ms: goal {P99_GOAL:g}, floor {P99_FLOOR:g}")
    print(f"template, p50 {embed['p50']:.1f} ms: goal {EMBED_GOAL:g}, floor {EMBED_FLOOR:g}")


def line(name: str, own: dict[str, float]) -> None:
    """One row."""
    print(
        f"{name:34} {own['p50']:9.2f} {own['p99']:9.2f} {own['least']:9.2f} "
        f"{own['processor_p50']:10.2f}"
    )


def main() -> None:
    """Prints a table, or one JSON document; fails below the floors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--templates", type=int, default=TEMPLATES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--picture", type=Path, help="a portrait to put into the frame")
    parser.add_argument("--bound", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.bound:
        sys.exit(_bound(sys.argv[1:]))
    result = measure(arguments.templates, arguments.rounds, arguments.picture)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)
    total, embed = result["whole_ms"], result["embed_ms"]["parakh"]
    sound = total["p50"] < P50_FLOOR and total["p99"] < P99_FLOOR and embed["p50"] < EMBED_FLOOR
    sys.exit(0 if sound else 1)


def _bound(arguments: list[str]) -> int:
    """Runs this file again, bound to one core from its first moment."""
    bind: Callable[[], None] | None = None
    if hasattr(os, "sched_setaffinity"):
        core = max(os.sched_getaffinity(0))

        def bind() -> None:
            os.sched_setaffinity(0, {core})

    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    script = [sys.executable, __file__, *arguments, "--bound"]
    return subprocess.run(
        script,
        check=False,
        env={**os.environ, **alone},
        preexec_fn=bind,
    ).returncode


if __name__ == "__main__":
    main()
