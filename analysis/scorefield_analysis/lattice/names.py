"""The quantities that tables and figures show, and what they are. Names are those of results.h5."""

MAIN = {
    "abs_M": "mean of the absolute magnetisation of a site",
    "M1": "mean magnetisation",
    "M2": "mean of its square",
    "V_M2": "susceptibility, sites times mean square",
    "chi": "susceptibility, with the mean absolute value taken out",
    "binder": "Binder cumulant of the magnetisation",
    "xi": "second-moment correlation length",
    "xi_connected": "the same, with the mean absolute value taken out",
    "phi2": "mean square of the field at a site",
    "hop_x": "product of neighbours along x",
    "hop_y": "product of neighbours along y",
    "action_density": "action of a site",
    "schwinger_dyson": "field times derivative of the action, of a site",
}
CUMULANTS = ("kappa2_Z2", "kappa4_Z2", "kappa6_Z2", "kappa8_Z2")
RATIOS = ("kappa4_Z2/kappa2^2", "kappa6_Z2/kappa2^3", "kappa8_Z2/kappa2^4")
COMPARED = ("kappa2_Z2", "kappa4_Z2/kappa2^2", "abs_M", "chi", "binder", "xi", "action_density", "schwinger_dyson")

SHORT = {"|M|": "abs_M", "U": "binder", "Binder": "binder", "S/V": "action_density"}  # what a user may call them, as tables do

TEXT = {
    "kappa2_Z2": "κ2", "kappa4_Z2": "κ4", "kappa6_Z2": "κ6", "kappa8_Z2": "κ8", "kappa4_Z2/kappa2^2": "κ4/κ2²",
    "kappa6_Z2/kappa2^3": "κ6/κ2³", "kappa8_Z2/kappa2^4": "κ8/κ2⁴", "abs_M": "⟨∣M∣⟩", "M1": "⟨M⟩", "M2": "⟨M²⟩",
    "V_M2": "V⟨M²⟩", "chi": "χ", "binder": "U", "xi": "ξ", "xi_connected": "ξ connected", "phi2": "⟨φ²⟩",
    "hop_x": "⟨φ φ_x⟩", "hop_y": "⟨φ φ_y⟩", "action_density": "S/V", "schwinger_dyson": "⟨φ ∂S/∂φ⟩",
    "M": "M", "|M|": "∣M∣", "M^2": "M²", "phi^2": "φ²",
}
MATHS = {
    "kappa2_Z2": r"$\kappa_2$", "kappa4_Z2": r"$\kappa_4$", "kappa6_Z2": r"$\kappa_6$", "kappa8_Z2": r"$\kappa_8$",
    "kappa4_Z2/kappa2^2": r"$\kappa_4/\kappa_2^2$", "kappa6_Z2/kappa2^3": r"$\kappa_6/\kappa_2^3$",
    "kappa8_Z2/kappa2^4": r"$\kappa_8/\kappa_2^4$", "abs_M": r"$\langle|M|\rangle$", "M1": r"$\langle M\rangle$",
    "M2": r"$\langle M^2\rangle$", "V_M2": r"$V\langle M^2\rangle$", "chi": r"$\chi$", "binder": "$U$", "xi": r"$\xi$",
    "xi_connected": r"$\xi$ connected", "phi2": r"$\langle\phi^2\rangle$", "hop_x": r"$\langle\phi\,\phi_x\rangle$",
    "hop_y": r"$\langle\phi\,\phi_y\rangle$", "action_density": "$S/V$",
    "schwinger_dyson": r"$\langle\phi\,\partial S/\partial\phi\rangle$",
}


def in_text(name: str) -> str:
    """How tables name a quantity or series; never with the bar of the keyboard, which would end a cell."""
    return TEXT.get(name, name.replace("|", "∣"))


def in_maths(name: str) -> str:
    """How figures name a quantity."""
    return MATHS.get(name, name.replace("_", " ").replace("$", ""))
