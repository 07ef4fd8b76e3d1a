"""Estimates in the JSON files of pyerrors. What is known is a covariance, not a history: its Covobs take just that."""

import contextlib
import gzip
import io
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any, Iterator, Mapping, Sequence

import numpy as np

from ..errors import UserError
from ..hdf5 import readable
from ..outputs import written_aside
from .record import Estimate, Number

PLACEHOLDER = "DICTOBS"  # of a structure, in the dictionary that is in the description
GZIP = b"\x1f\x8b"


def load_pyerrors() -> ModuleType:
    """The package. UserError where it is not installed."""
    try:
        import pyerrors
    except ImportError:
        raise UserError("the Python package pyerrors is not installed; install it with 'pip install scorefield-analysis[pyerrors]', "
                        "or choose --format numpy") from None
    return pyerrors


def write_pyerrors(target: Path, estimates: Sequence[Estimate], description: str) -> list[str]:
    """Writes all of them, by name, to a .json or .json.gz; returns the labels of what pyerrors cannot hold, for it is no number.

    Estimates with a covariance are arrays of Obs; others are one Obs for each number, as their correlations are not known. The tag of
    an Obs is its label.
    """
    pe = load_pyerrors()
    structures: dict[str, Any] = {}
    left_out = []
    for estimate in estimates:
        left_out += [number.label for number in estimate.numbers() if not number.is_finite]
    for estimate in map(_finite, estimates):
        structures |= _structures(pe, estimate)
    with written_aside(target) as partial:
        pe.input.json.dump_dict_to_json(structures, str(partial), description=description, indent=0, gz=target.name.endswith(".gz"))
    return left_out


def _finite(estimate: Estimate) -> Estimate:
    """The estimate, or what numbers there are in it."""
    finite = np.array([number.is_finite for number in estimate.numbers()])
    return estimate if finite.all() else estimate.part(np.flatnonzero(finite))


def _structures(pe: ModuleType, estimate: Estimate) -> dict[str, Any]:
    """Obs, or an array of them, by name."""
    numbers, gradients = estimate.numbers(), estimate.gradients
    if gradients is None or not gradients.size or not np.isfinite(gradients).all():
        return {number.label: _tagged(pe.cov_Obs(number.value, number.error**2, f"{estimate.ensemble} {number.label}"), number.label)
                for number in numbers}
    base = _independent(pe, gradients.shape[1], estimate.noise)
    values = estimate.value.ravel()
    made = pe.derived_observable(lambda x, **_: values + gradients @ x, base, man_grad=gradients)
    for obs, number in zip(made, numbers):
        _tagged(obs, number.label)
    return {numbers[0].label: made[0]} if len(made) == 1 else {estimate.name: made.reshape(estimate.value.shape)}


def _independent(pe: ModuleType, count: int, noise: str) -> list[Any]:
    """Obs of value 0 and error 1 without correlations."""
    made = pe.cov_Obs([0.0] * count, np.identity(count), noise)
    return made if isinstance(made, list) else [made]


def _tagged(obs: Any, label: str) -> Any:
    obs.tag = label
    return obs


def read_pyerrors(path: Path) -> list[Number]:
    """All numbers of a file of pyerrors with the errors that it finds (its Gamma method, S = 2). They have the tags of the Obs, else the
    keys of the dictionary or the tag of the correlator that they are in, else that of their place. UserError for a damaged file.
    """
    pe = load_pyerrors()
    with readable(path):
        data = path.read_bytes()
    try:
        text = (gzip.decompress(data) if data.startswith(GZIP) else data).decode("utf-8")
        # pyerrors prints what it reads, and warns of histories that are too short
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = pe.input.json.import_json_string(text, verbose=False, full_output=True)
            keys = _keys(content["description"])
            named = [pair for place, structure in enumerate(content["obsdata"]) for pair in _named(pe, structure, keys.get(place))]
            for _, obs in named:
                obs.gamma_method()
    except Exception as error:  # pyerrors raises no other class itself
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"{path} is damaged, or no JSON file of pyerrors ({reason}); write it again") from None
    if not named:
        raise UserError(f"{path} holds no observables; write it again")
    labels = _distinct([label if label is not None else f"obs{place}" for place, (label, _) in enumerate(named)])
    return [Number(label, float(obs.value), float(obs.dvalue)) for label, (_, obs) in zip(labels, named)]


def _keys(description: Any) -> dict[int, str]:
    """Place of a structure -> its key, in a file that was written as a dictionary."""
    entries = description.get("OBSDICT") if isinstance(description, Mapping) else None
    return dict(_places(entries, "")) if isinstance(entries, Mapping) else {}


def _places(entries: Mapping[str, Any], prefix: str) -> Iterator[tuple[int, str]]:
    for key, value in entries.items():
        if isinstance(value, Mapping):
            yield from _places(value, f"{prefix}{key}/")
        elif isinstance(value, str) and value.removeprefix(PLACEHOLDER).isdecimal():
            yield int(value.removeprefix(PLACEHOLDER)), f"{prefix}{key}"


def _named(pe: ModuleType, structure: Any, key: str | None) -> Iterator[tuple[str | None, Any]]:
    """Label (None without any) and Obs of each in a structure."""
    if isinstance(structure, pe.Obs):
        yield _text(structure.tag) or key, structure
        return
    if isinstance(structure, pe.Corr):
        name = _text(structure.tag) or key or "correlator"
        for time, content in enumerate(structure.content):
            if content is not None:
                yield from ((f"{name}[{time}]" if structure.N == 1 else f"{name}[{time},{i},{j}]", content.reshape(structure.N, -1)[i, j])
                            for i, j in np.ndindex(content.reshape(structure.N, -1).shape))
        return
    array = np.asarray(structure, dtype=object)
    for index in np.ndindex(array.shape):
        place = ",".join(map(str, index))
        yield _text(array[index].tag) or f"{key or 'list'}[{place}]", array[index]


def _text(tag: Any) -> str | None:
    """A tag, which may be anything, if it can be a label."""
    return tag if isinstance(tag, str) and tag else None


def _distinct(labels: Sequence[str]) -> list[str]:
    """Those that come again with a number."""
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        result.append(label if seen[label] == 1 else f"{label} #{seen[label]}")
    return result
