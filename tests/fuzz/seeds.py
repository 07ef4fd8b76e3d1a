"""First inputs of a fuzzer: python seeds.py deck|npy|seal FOLDER. Decks of input/, arrays that numpy writes, a sealed file."""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "release" / "src" / "scorefield"


def decks(folder: Path) -> None:
    """The decks, some with overrides, and a dictionary of all keys and the words that they take."""
    for path in sorted((ROOT / "input").glob("*.ini")):
        (folder / path.name).write_bytes(path.read_bytes())
        (folder / f"{path.stem}-override").write_bytes(path.read_bytes() + b"\x1f--run.seed=7\x1f--sample.steps=16")
    text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    words = {word.strip(",;:()[]") for word in text.split() if word.isascii() and 1 < len(word.strip(",;:()[]")) < 30}
    quoted = ['"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in sorted(words)]
    Path(f"{folder}.dict").write_text("\n".join(quoted) + "\n")


def arrays(folder: Path) -> None:
    """Shapes and types that are read, and some that are not."""
    for name, array in {"double": np.arange(24.0).reshape(2, 3, 4), "single": np.ones((2, 2), np.float32), "fortran": np.asfortranarray(np.eye(3)),
                        "integer": np.arange(5), "empty": np.zeros((0, 3)), "number": np.float64(3.0)}.items():
        file = io.BytesIO()
        np.save(file, array)
        (folder / name).write_bytes(file.getvalue())


def seals(folder: Path) -> None:
    """Bytes with a seal, and a checkpoint of the program; the first byte says what is done with the rest."""
    text = b"scorefield file\nbytes 600\nchecksum 0123456789abcdef\n"
    for first in (b"\0", b"\1"):
        (folder / f"text-{first[0]}").write_bytes(first + text.ljust(512, b"\0") + b"\x89HDF\r\n\x1a\n" + bytes(80))
        for name, content in checkpoints():
            (folder / f"{name}-{first[0]}").write_bytes(first + content)


def checkpoints() -> list[tuple[str, bytes]]:
    """Of a run that is stopped at once."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([PROGRAM, "generate", ROOT / "input" / "two-peak-quick.ini", "--run.walltime=0.001", "--run.batch=4096", f"--run.output={out}/out"],
                       capture_output=True, check=False)
        found = [(path.name, path.read_bytes()) for path in Path(out).glob("out/checkpoint/*")]
    if not found:
        sys.exit("seeds.py: error: the run left no checkpoint")
    return found


if __name__ == "__main__":
    if not PROGRAM.exists():
        sys.exit(f"seeds.py: error: no {PROGRAM}; build it: jobscripts/build.sh release")
    {"deck": decks, "npy": arrays, "seal": seals}[sys.argv[1]](Path(sys.argv[2]))
