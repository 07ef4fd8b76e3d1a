"""The include rule of doc/architecture.md: folders of src/ include only what stands below them."""

import re
import subprocess
from pathlib import Path

from program import EXECUTABLE

SRC = Path(__file__).resolve().parents[2] / "src"

# Each folder may include itself and these.
ALLOWED = {
    "base": set(),
    "deck": {"base"},
    "lattice": {"base"},
    "physics": {"base", "lattice"},
    "ensemble": {"base", "lattice", "physics"},
    "statistics": {"base", "physics"},
    "observables": {"base", "lattice", "physics", "statistics"},
    "diffusion": {"base", "physics"},
    "denoiser": {"base", "lattice", "physics", "ensemble", "diffusion"},
    "learning": {"base", "lattice", "diffusion", "denoiser"},  # loaded by denoiser, which may not include it
    "stages": {"base", "deck", "lattice", "physics", "ensemble", "statistics", "observables", "diffusion", "denoiser"},
    "main.cpp": {"base", "deck", "physics", "statistics", "denoiser", "stages"},
}
EVERYWHERE = {"deck/params.h", "version.h"}  # plain data without dependencies


def local_includes(path: Path) -> list[str]:
    return re.findall(r'^#include "([^"]+)"', path.read_text(), re.MULTILINE)


def sources() -> list[Path]:
    return sorted(p for p in SRC.rglob("*") if p.suffix in {".h", ".cpp"})


def test_includes_go_one_way():
    wrong = []
    for path in sources():
        folder = path.relative_to(SRC).parts[0]
        for include in local_includes(path):
            target = include.split("/")[0]
            if include not in EVERYWHERE and target != folder and target not in ALLOWED[folder]:
                wrong.append(f"{path.relative_to(SRC)} includes {include}")
    assert wrong == []


def test_params_include_only_the_standard_library():
    assert local_includes(SRC / "deck" / "params.h") == []


def test_only_base_calls_mpi_and_hdf5():
    wrong = [
        str(p.relative_to(SRC))
        for p in sources()
        if p.relative_to(SRC).parts[0] != "base" and re.search(r"\bMPI_[A-Z]\w*\(|\bH5[A-Z]\w*\(|<mpi.h>|<hdf5.h>", p.read_text())
    ]
    assert wrong == []


def test_only_learning_sees_torch():
    """The executable does not need LibTorch: what does is in a library that it loads."""
    seen = {p.relative_to(SRC).parts[0] for p in sources() if re.search(r"#include <(torch|ATen|c10)/", p.read_text())}
    assert seen == {"learning"}


def test_the_executable_does_not_load_torch():
    """0.3 s and 100 MB of each rank."""
    needed = subprocess.run(["readelf", "--dynamic", EXECUTABLE], capture_output=True, text=True, check=True).stdout
    assert "libhdf5" in needed and "torch" not in "".join(line for line in needed.splitlines() if "NEEDED" in line)


def test_a_wrong_include_would_be_found(tmp_path):
    bad = tmp_path / "bad.cpp"
    bad.write_text('#include "stages/stages.h"\n')
    assert local_includes(bad) == ["stages/stages.h"]
    assert "stages" not in ALLOWED["base"]
