"""Numbers as text: value(error), deviations in standard errors, percentages, probabilities."""

import math

ABSENT = "–"
LEAST_ERROR = 1e-300  # what is less, down to 0, has no digits that can be counted in double precision
LARGE_ERROR = 1e6  # from which a power of ten is taken out


def _error_decimals(error: float) -> int:
    """Decimal places to which an error is quoted: one significant digit, or two if the first is a 1.

    A single digit 1 would be rounded by up to 50 %, any other by at most 25 %. Negative: places before the point.
    """
    exponent = math.floor(math.log10(error))
    two_digits = round(error / 10.0 ** (exponent - 1))
    return 1 - exponent if two_digits < 20 else -exponent  # 100, from 0.0996, is 0.10 as it should


def compact(value: float, error: float) -> str:
    """value(error) with the error in units of the last digit: compact(1.06243, 0.00052) is "1.0624(5)".

    An error above 1 that is quoted with decimals keeps its point: "-272.1(1.4)". Large ones have a power of ten: "3(2)e9".
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return f"{value:g}({error:g})"
    if error < LEAST_ERROR:
        return f"{_plus_zero(value):.7g}(0)"
    if error >= LARGE_ERROR:
        power = math.floor(math.log10(max(abs(value), error)))
        return f"{compact(value / 10.0**power, error / 10.0**power)}e{power}"
    decimals = _error_decimals(error)
    if decimals <= 0:
        return f"{_plus_zero(round(value, decimals)):.0f}({round(error, decimals):.0f})"
    rounded = round(error, decimals)
    digits = f"{rounded:.{decimals}f}" if rounded >= 1.0 else f"{rounded * 10**decimals:.0f}"
    return f"{_plus_zero(round(value, decimals)):.{decimals}f}({digits})"


def _plus_zero(value: float) -> float:
    """Turns -0.0 into 0.0, so that no "-0.00(3)" is printed."""
    return value + 0.0


def in_sigma(deviation: float) -> str:
    """A deviation in units of its standard error, with its sign: "+1.3σ"."""
    return f"{_plus_zero(round(deviation, 1)):+.1f}σ"


def probability(p_value: float | None) -> str:
    """A p-value with two significant digits; "–" if there is none. Those too small to mean more are "<1e-16"."""
    if p_value is None:
        return ABSENT
    if p_value < 1e-16:
        return "<1e-16"
    return f"{p_value:.2f}" if p_value >= 0.01 else f"{p_value:.1e}"


def p_is(p_value: float | None) -> str:
    """In a sentence: "p = 0.03", "p < 1e-16"."""
    text = probability(p_value)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def exact_number(value: float) -> str:
    """An exact value with up to eight significant digits."""
    return f"{_plus_zero(value):.8g}"
