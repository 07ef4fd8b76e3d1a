"""What a scan takes from a run, of real fields and of complex Langevin."""

import math
from dataclasses import dataclass
from typing import Callable, Mapping, Sequence

from ..complex_field import names as complex_names
from ..complex_field.records import ComplexFieldResults
from ..complex_field.tables import autocorrelation
from ..lattice import names as lattice_names
from ..lattice.doubts import doubts_of
from ..lattice.records import LatticeResults, Quantity
from ..notation import in_sigma
from ..plane.records import FAILING, GOOD, UNDECIDED
from ..plane.verdict import shown

IN_EQUILIBRIUM, NOT_IN_EQUILIBRIUM = "in equilibrium", "not in equilibrium"
STATES = (GOOD, IN_EQUILIBRIUM, UNDECIDED, NOT_IN_EQUILIBRIUM, FAILING)  # from what is to be trusted to what is not
TRUSTED = (GOOD, IN_EQUILIBRIUM)
FAR = 5.0  # errors, in which an imaginary part that must vanish is no fluctuation


@dataclass(frozen=True)
class Kind:
    """How runs of one kind are told: the averages and the coupling that are shown without a wish, how averages are named, and what those
    runs are that are to be trusted.
    """

    name: str
    averages: Sequence[str]
    coupling: str
    in_text: Callable[[str], str]
    in_maths: Callable[[str], str]
    trusted: str


@dataclass(frozen=True)
class Measured:
    """A run: real parts of its averages, which of STATES it is in, and what a reader must know: of the run, and of an average.

    columns: what its row of the table says beside averages, by the head of the column; in bold where it is a warning.
    """

    kind: Kind
    averages: Mapping[str, Quantity]
    state: str
    doubts: Sequence[str]
    doubts_of: Mapping[str, str]
    columns: Mapping[str, str]


REAL = Kind("a run of real fields", ("abs_M", "chi", "binder"), "kappa", lattice_names.in_text, lattice_names.in_maths, "in equilibrium")
COMPLEX = Kind("a run of complex Langevin", (complex_names.DENSITY, complex_names.SQUARE), "mu", complex_names.in_text, complex_names.in_maths,
               "with a good verdict")


def measured(results: LatticeResults | ComplexFieldResults, is_real: bool) -> Measured:
    """`is_real`: whether imaginary parts of averages must vanish."""
    return _real(results) if isinstance(results, LatticeResults) else _complex(results, is_real)


def _real(results: LatticeResults) -> Measured:
    state = IN_EQUILIBRIUM if results.in_equilibrium else NOT_IN_EQUILIBRIUM
    doubts = [f"{NOT_IN_EQUILIBRIUM}, {'; '.join(results.warnings)}"] if state == NOT_IN_EQUILIBRIUM else results.warnings
    longest = max((each.tau_int for each in results.autocorrelation.values()), default=math.nan)
    return Measured(REAL, results.quantities, state, doubts, doubts_of(results),
                    {"τ_int": f"{longest:.2f}" if math.isfinite(longest) else "not found", "equilibrium": _in_bold(_is(results), "yes")})


def _complex(results: ComplexFieldResults, is_real: bool) -> Measured:
    verdict = results.criteria.verdict
    state = verdict if verdict == FAILING or results.in_equilibrium else NOT_IN_EQUILIBRIUM
    doubts = []
    if state != GOOD:
        doubts = [shown(results.criteria.text) if verdict != GOOD else f"{NOT_IN_EQUILIBRIUM}, {'; '.join(results.warnings)}"]
    away = {name: float(estimate.deviation(0.0)[1]) for name, estimate in results.averages.items()} if is_real else {}
    imaginary = {name: f"the imaginary part of {complex_names.in_text(name)} must vanish, and is {in_sigma(by)}"
                 for name, by in away.items() if abs(by) > FAR}
    averages = {name: Quantity(float(estimate.value[0]), float(estimate.error[0])) for name, estimate in results.averages.items()}
    return Measured(COMPLEX, averages, state, doubts, imaginary,
                    {"τ_int": autocorrelation(results), "verdict": _in_bold(verdict, GOOD), "equilibrium": _in_bold(_is(results), "yes")})


def _is(results: LatticeResults | ComplexFieldResults) -> str:
    return "yes" if results.in_equilibrium else "no"


def _in_bold(cell: str, unless: str) -> str:
    return cell if cell == unless else f"**{cell}**"
