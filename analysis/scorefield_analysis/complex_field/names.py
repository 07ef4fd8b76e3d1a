"""The averages that tables and figures show, and what they are. Names are those of results.h5."""

DENSITY, SQUARE = "density", "|phi|^2"

MEANING = {
    "z": "the field, whose average vanishes by symmetry",
    "hop_y": "product of neighbours along y",
    "hop_x": "product of neighbours along x",
    "V M^2": "susceptibility, sites times mean square of the average field",
    DENSITY: "charge of a site",
    SQUARE: "squared modulus of the complex field at a site",
}
TEXT = {"z": "⟨z⟩", "hop_y": "⟨z z_y⟩", "hop_x": "⟨z z_x⟩", "V M^2": "V⟨M²⟩", DENSITY: "⟨n⟩", SQUARE: "⟨∣φ∣²⟩"}
MATHS = {"z": r"$\langle z\rangle$", "hop_y": r"$\langle z\,z_y\rangle$", "hop_x": r"$\langle z\,z_x\rangle$",
         "V M^2": r"$V\langle M^2\rangle$", DENSITY: r"$\langle n\rangle$", SQUARE: r"$\langle|\phi|^2\rangle$"}


def in_text(name: str) -> str:
    """How tables name an average; never with a bar, which would end a cell."""
    return TEXT.get(name, name.replace("|", "∣"))


def in_maths(name: str) -> str:
    """How figures name an average."""
    return MATHS.get(name, name.replace("_", " ").replace("$", ""))
