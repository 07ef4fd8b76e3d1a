"""Whether the files beside results.h5 are still those that were measured: samples made again or extended need a new measurement."""

from pathlib import Path

from .complex_field.records import ComplexFieldResults
from .lattice.records import LatticeResults
from .plane.records import PlaneResults
from .results import Results, Source
from .seal import sealed_checksum


def changed_note(folder: Path, results: Results | LatticeResults | PlaneResults | ComplexFieldResults) -> str | None:
    """One line on the files in the folder that are no longer those that were measured; None if there are none."""
    changed = sorted({source.name for source in results.sources if _has_changed(folder / source.name, source)})
    if not changed:
        return None
    return f"results.h5 was measured before {', '.join(changed)} changed; run scorefield measure"


def _has_changed(path: Path, source: Source) -> bool:
    """Compares the seals only: 512 bytes, and not the gigabytes behind them. A file that is gone or may not be read says
    nothing, nor does one that had no seal when it was measured.
    """
    if not source.checksum:
        return False
    try:
        return path.is_file() and sealed_checksum(path) != source.checksum
    except OSError:
        return False
