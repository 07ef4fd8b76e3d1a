"""What a scan takes from a run, of real fields and of complex Langevin."""

import math
from dataclasses import dataclass, replace
from typing import Callable, Mapping, Sequence

from ..complex_field import names as complex_names
from ..complex_field.records import ComplexFieldResults
from ..lattice import names as lattice_names
from ..lattice.doubts import doubts_of
from ..lattice.records import LatticeResults, Quantity
from ..lattice_model import Model
from ..notation import ABSENT, in_sigma
from ..plane.records import FAILING, GOOD, UNDECIDED
from ..plane.verdict import shown

FieldRun = LatticeResults | ComplexFieldResults

SOUND, WITH_WARNINGS, NOT_IN_EQUILIBRIUM = "without warnings", "with warnings", "not in equilibrium"
STATES = (GOOD, SOUND, UNDECIDED, WITH_WARNINGS, NOT_IN_EQUILIBRIUM, FAILING)  # from what is to be trusted to what is not
TRUSTED = (GOOD, SOUND)
FAR = 5.0  # errors, in which an imaginary part that must vanish is no fluctuation


@dataclass(frozen=True)
class Kind:
    """How runs of one kind are told: the averages and the coupling that are shown without a wish, the main ones of the averages (none: they
    are few), names that are easier to type, how averages are named, and what those runs are that are to be trusted.
    """

    name: str
    averages: Sequence[str]
    main: Sequence[str]
    coupling: str
    short_names: Mapping[str, str]
    in_text: Callable[[str], str]
    in_maths: Callable[[str], str]
    trusted: str


@dataclass(frozen=True)
class Found:
    """Of a run: real parts of its averages, which of STATES it is in, and what a reader must know: of the run, and of single averages.

    columns: what its row of the table says beside averages, by the head of the column; in bold where it is a warning.
    """

    kind: Kind
    averages: Mapping[str, Quantity]
    state: str
    warnings: Sequence[str]
    warnings_of: Mapping[str, str]
    columns: Mapping[str, str]

    def state_of(self, name: str) -> str:
        """That of an average: what is warned of is not without warnings."""
        return WITH_WARNINGS if self.state in TRUSTED and name in self.warnings_of else self.state


REAL = Kind(
    name="a run of real fields",
    averages=("abs_M", "chi", "binder"),
    main=tuple(lattice_names.MAIN),
    coupling="kappa",
    short_names=lattice_names.SHORT,
    in_text=lattice_names.in_text,
    in_maths=lattice_names.in_maths,
    trusted=SOUND,
)
BOSE_GAS = Kind(
    name="a run of the Bose gas",
    averages=(complex_names.DENSITY, complex_names.SQUARE),
    main=(),
    coupling="mu",
    short_names={"phi2": complex_names.SQUARE},
    in_text=complex_names.in_text,
    in_maths=complex_names.in_maths,
    trusted="with a good verdict and without warnings",
)
COMPLEX_PHI4 = replace(BOSE_GAS, name="a run of φ⁴ with complex couplings", averages=("hop_x", "V M^2"), coupling="kappa")


def kind_of(results: FieldRun, model: Model) -> Kind:
    if isinstance(results, LatticeResults):
        return REAL
    return BOSE_GAS if model.is_bose_gas else COMPLEX_PHI4


def found_in(results: FieldRun, kind: Kind) -> Found:
    return _real(results) if isinstance(results, LatticeResults) else _complex(results, kind)


def _real(results: LatticeResults) -> Found:
    """What the program warns of says, too, that errors are not to be trusted."""
    state = NOT_IN_EQUILIBRIUM if not results.in_equilibrium else WITH_WARNINGS if results.warnings else SOUND
    warnings = [_not_in_equilibrium(results)] if state == NOT_IN_EQUILIBRIUM else results.warnings
    doubts = {name: f"{lattice_names.in_text(name)}: {doubt}" for name, doubt in doubts_of(results).items()}
    return Found(REAL, results.quantities, state, warnings, doubts, {"τ_int": _tau_int(results), **_equilibrium(results)})


def _complex(results: ComplexFieldResults, kind: Kind) -> Found:
    verdict = results.criteria.verdict
    state = verdict if verdict == FAILING or results.in_equilibrium else NOT_IN_EQUILIBRIUM
    warnings = []
    if state != GOOD:
        warnings = [shown(results.criteria.text) if verdict != GOOD else _not_in_equilibrium(results)]
    away = {name: float(estimate.deviation(0.0)[1]) for name, estimate in results.averages.items()} if kind is BOSE_GAS else {}
    imaginary = {name: f"the imaginary part of {kind.in_text(name)} must vanish, and is {in_sigma(by)}"
                 for name, by in away.items() if abs(by) > FAR}
    averages = {name: Quantity(float(estimate.value[0]), float(estimate.error[0])) for name, estimate in results.averages.items()}
    columns = {"τ_int": _tau_int(results), "verdict": _in_bold(verdict, GOOD), **_equilibrium(results)}
    return Found(kind, averages, state, warnings, imaginary, columns)


def _not_in_equilibrium(results: FieldRun) -> str:
    return f"{NOT_IN_EQUILIBRIUM}, {'; '.join(results.warnings)}"


def _tau_int(results: FieldRun) -> str:
    """The longest of the series that are looked at."""
    if math.isnan(results.tau_int):
        return ABSENT
    return f"{results.tau_int:.2f}" if math.isfinite(results.tau_int) else "not found"


def _equilibrium(results: FieldRun) -> Mapping[str, str]:
    return {"equilibrium": _in_bold("yes" if results.in_equilibrium else "no", "yes")}


def _in_bold(cell: str, unless: str) -> str:
    return cell if cell == unless else f"**{cell}**"
