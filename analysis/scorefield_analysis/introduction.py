"""The beginning of all reports: of which run they are."""

from pathlib import Path
from typing import Mapping

MODELS = {
    "two-peak": "Two peaks, wN(μ0, σ0²) + (1-w)N(-μ0, σ0²)",
    "phi4": "Real φ⁴ theory",
    "gaussian-field": "Real free field",
    "gaussian": "Complex weight exp(-S), S = (a+ib) z²/2",
    "quartic": "Complex weight exp(-S), S = (a+ib) z²/2 + λz⁴/4",
    "complex-phi4": "φ⁴ theory with complex couplings",
    "bose-gas": "Relativistic Bose gas at chemical potential",
}


def introduction(folder: Path, deck: Mapping[str, str]) -> list[str]:
    """The title, and, if the deck is known, one paragraph: the model with its couplings, the ensemble, the diffusion models."""
    title = f"# Report on {folder.resolve().name}"
    name = deck.get("model.name")
    if name is None:
        return [title]
    size = deck.get("lattice.size")
    lattice = "" if size is None else f" on a lattice of {' × '.join(each.strip() for each in size.split(','))} sites"
    couplings = [f"{key.removeprefix('model.')} = {value}" for key, value in deck.items() if key.startswith("model.") and key != "model.name"]
    return [title, " ".join([f"{MODELS.get(name, name)}{lattice}{': ' if couplings else ''}{', '.join(couplings)}.",
                             *_ensemble(deck), *_diffusion(deck)])]


def _ensemble(deck: Mapping[str, str]) -> list[str]:
    samples, seed = deck.get("generate.samples"), deck.get("run.seed")
    if samples is None:
        return []
    algorithm = deck.get("generate.algorithm") or deck.get("generate.scheme")
    return [f"{samples} configurations{f' ({algorithm})' if algorithm else ''}{f', seed {seed}' if seed else ''}."]


def _diffusion(deck: Mapping[str, str]) -> list[str]:
    processes, scores = deck.get("forward.process"), deck.get("sample.score")
    if processes is None or scores is None:
        return []
    return [f"Diffusion models: processes {processes}; scores {scores}; {deck.get('sample.samples', '?')} samples."]
