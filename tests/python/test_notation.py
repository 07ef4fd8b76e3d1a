"""Numbers as text."""

import pytest
from scorefield_analysis.notation import compact, exact_number, in_sigma, p_is, probability


@pytest.mark.parametrize("value, error, text", [
    (1.06243, 0.00052, "1.0624(5)"),
    (-2.0003, 0.00197, "-2.000(2)"),  # 0.00197 is nearer to 0.0020, whose first digit is no 1
    (1.06243, 0.000123, "1.06243(12)"),
    (1.0, 0.0996, "1.00(10)"),  # the rounded error reaches the next decade
    (1.0, 0.0949, "1.00(9)"),
    (-272.13, 0.62, "-272.1(6)"),
    (-272.13, 1.38, "-272.1(1.4)"),
    (-272.13, 2.6, "-272(3)"),
    (-272.13, 43123.0, "0(40000)"),
    (123456.0, 1234.0, "123500(1200)"),
    (-0.00004, 0.003, "0.000(3)"),  # no minus in front of zero
    (16.0, 0.0, "16(0)"),
    (16.0, 5e-324, "16(0)"),
    (-0.0, 0.0, "0(0)"),
    (float("nan"), 1.0, "nan(1)"),
    (-272000.0, 999000.0, "-300000(1000000)"),
    (-2.31e8, 4.3e7, "-2.3(4)e8"),  # no row of zeros
    (1.2e7, 1.4e7, "1.2(1.4)e7"),
    (3.0, 2.6e11, "0(3)e11"),
])
def test_compact(value: float, error: float, text: str) -> None:
    assert compact(value, error) == text


def test_deviation_has_a_sign_and_no_negative_zero() -> None:
    assert [in_sigma(x) for x in (1.26, -0.04, -14.0)] == ["+1.3σ", "+0.0σ", "-14.0σ"]


def test_exact_number() -> None:
    assert [exact_number(x) for x in (0.42814188, -0.0, -26.25)] == ["0.42814188", "0", "-26.25"]


def test_probability_in_a_sentence() -> None:
    assert [p_is(p) for p in (0.4567, 1e-5, 1e-20)] == ["p = 0.46", "p = 1.0e-05", "p < 1e-16"]


def test_probability() -> None:
    assert [probability(p) for p in (0.4567, 0.01, 0.00123, None)] == ["0.46", "0.01", "1.2e-03", "–"]
