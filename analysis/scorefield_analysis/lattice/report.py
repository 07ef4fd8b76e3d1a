"""Writes OUT/report/ of a run on a lattice."""

from dataclasses import replace
from pathlib import Path
from typing import Mapping, Sequence

from ..decks import deck_of
from ..document import embedded, provenance_parts, write_document
from ..errors import UserError, warn
from ..figures import Figure
from ..introduction import introduction
from ..published import phi4_published_for
from .diffusion.plan import diffusion_figures
from .diffusion.reader import read_distances
from .diffusion.tables import comparison_table, finish_table, process_table
from .figures import planned_figures
from .figures.configurations import Picture, choose
from .reader import read_configurations
from .records import LatticeResults
from .tables import autocorrelation_table, ensemble_table, quantity_table, site_table, update_table

QUANTITY_NOTE = (
    "value(error), with the jackknife error of bins along the chains in units of the last digit. V: number of sites."
)
BROKEN_NOTE = (
    "ξ is longer than half the lattice, in a broken phase: it is of the whole of G(k), with G(0) = V⟨M²⟩, and no length of fluctuations. The "
    "correlator of slices ends at the constant ⟨M²⟩ (less ⟨φ⟩², which does not take it out where chains hold both signs). "
    "The length of the fluctuations is ξ connected, from the same G(k) with χ = V(⟨M²⟩ - ⟨∣M∣⟩²) in the place of G(0)."
)
SITE_NOTE = (
    "Cumulants of the field at a site, of the distribution made even (φ → -φ), which an even action has: chains that "
    "have not changed their sign equally often do not spoil them."
)
PUBLISHED_NOTE = (
    "Published rows: G. Aarts (talk) and arXiv 2410.21212, 10⁵ configurations. **Their fields are scaled to [-1, 1] by "
    "the minimum and maximum of the ensemble**: only ratios can be compared. **They are no equilibrium ensemble "
    "either**: theirs is κ4/κ2² = -1.8785, in equilibrium it is -1.946; hot starts freeze with domain walls around the lattice."
)
COMPARISON_NOTE = (
    "In brackets the difference from the data, in σ and in per cent. σ is the error of both; where a model is told what its ensemble has (κ₂, "
    "and all of the two-point function and of the law of M), it is the error of the samples alone: they share the ensemble's statistical "
    "error, until updates have made them forget it."
)
PROCESS_NOTE = (
    "Along the forward process κ_n(t) = κ_n fⁿ (and Ξ for n = 2) and G(k;t) = G₀(k) f² + Ξ hold exactly; a backward "
    "process with the exact score would follow them. p-values of χ² at each time, with the full covariance."
)
FINISH_NOTE = (
    "Updates of the ensemble's algorithm, from each sample: they leave exp(-S) as it is. Correlations are with the sample "
    "before all updates; what relaxes as they do may still be as far from its mean as the last columns say."
)
NOT_IN_EQUILIBRIUM = "not in equilibrium: neither values nor errors are to be trusted"
UPDATE_NOTE = (
    "Means over all updates between the configurations. ⟨exp(-ΔH)⟩ is 1 for an update that is reversible and preserves "
    "areas, whatever its acceptance."
)
AUTOCORRELATION_NOTE = (
    "τ_int in configurations, ½ where they are independent. R-hat compares the chains with each other: 1 where they "
    "agree, above 1.05 they do not. Effective samples: as many independent ones would give the same error."
)


def write_lattice_report(folder: Path, results: LatticeResults, note: str | None = None) -> str:
    """Makes the report on a run in folder/report and returns its main tables as text. `note` is a warning."""
    deck = deck_of(results.provenance, folder)
    diffusion = replace(results.diffusion, distances=read_distances(folder)) if results.diffusion else results.diffusion
    results = replace(results, diffusion=diffusion)
    pictures, without = _pictures(folder, results)
    notes = [each for each in (note, without) if each is not None]
    state = [] if results.in_equilibrium else [NOT_IN_EQUILIBRIUM]
    for each in [*([without] if without else []), *state, *results.warnings]:
        warn(each)
    figures = [*planned_figures(results, pictures), *diffusion_figures(results, diffusion)]
    write_document(folder / "report", "report.md", _document(folder, results, deck, figures, notes), figures)
    tables = [quantity_table(results).markdown(), site_table(results, deck).markdown()]
    if diffusion.samples:
        tables.append(comparison_table(results, diffusion).markdown())
    return "\n\n".join(tables)


def _pictures(folder: Path, results: LatticeResults) -> tuple[list[Picture], str | None]:
    """A few configurations; none, and a line that says why, where they cannot be read."""
    if not (folder / "ensemble.h5").exists():
        return [], f"no pictures of configurations: {folder / 'ensemble.h5'} is not there"
    chosen = choose(results.series, mark_stripes=any("stripes" in warning for warning in results.warnings))
    try:
        fields = read_configurations(folder, [(each.chain, each.place) for each in chosen])
    except UserError as error:
        return [], f"no pictures of configurations: {error}"
    return [Picture(each, field) for each, field in zip(chosen, fields)], None


def _diffusion_parts(results: LatticeResults) -> list[str]:
    """The samples beside the ensemble, the processes beside the law, and the finish."""
    diffusion = results.diffusion
    parts = []
    if diffusion.samples:
        parts += ["## Samples of the diffusion model", comparison_table(results, diffusion).markdown(), COMPARISON_NOTE]
        parts += [f"**{each.label}:** {warning}." for each in diffusion.samples for warning in each.measured.warnings]
    if diffusion.forward or diffusion.backward:
        parts += ["## Along the processes", process_table(diffusion).markdown(), PROCESS_NOTE]
    if any(each.finish is not None for each in diffusion.samples):
        parts += ["## Exact finish", finish_table(diffusion).markdown(), FINISH_NOTE]
    return parts


def _document(folder: Path, results: LatticeResults, deck: Mapping[str, str], figures: Sequence[Figure],
              notes: Sequence[str]) -> str:
    """report.md."""
    parts = introduction(folder, deck)
    if not results.in_equilibrium:
        parts.append(f"**{NOT_IN_EQUILIBRIUM.capitalize()}.**")
    parts += [f"**Warning:** {each}." for each in [*notes, *results.warnings]]
    parts += ["## Quantities", quantity_table(results).markdown(), QUANTITY_NOTE, *([BROKEN_NOTE] if results.is_broken else []),
              "## Cumulants of a site", site_table(results, deck).markdown(), SITE_NOTE]
    if phi4_published_for(deck):
        parts.append(PUBLISHED_NOTE)
    parts += _diffusion_parts(results)
    if results.updates is not None:
        parts += ["## Updates", update_table(results.updates).markdown(), UPDATE_NOTE]
    parts += ["## Autocorrelations", autocorrelation_table(results).markdown(), AUTOCORRELATION_NOTE,
              "## Figures", *map(embedded, figures), "## Inputs", ensemble_table(results).markdown()]
    return "\n\n".join([*parts, *provenance_parts(results.provenance)]) + "\n"
