"""The published table that reports are compared with."""

import numpy as np
import pytest
from scorefield_analysis.published import published_for, two_peak
from synthetic import TwoPeak


def test_exact_values_are_those_of_the_model() -> None:
    kappa = TwoPeak().cumulants()
    assert {n: kappa[n - 1] for n in (2, 4, 6, 8)} == pytest.approx(dict(two_peak().exact))


def test_rows() -> None:
    table = two_peak()
    assert [row.name for row in table.rows] == ["Data, published", "VE, published", "VP, published"]
    assert table.processes["vp"].value[8] == -265.6 and table.processes["vp"].error[8] == 0.6
    assert table.data.value[2] == 1.0624 and table.data.error[2] == 0.0005


def test_only_beside_the_same_model() -> None:
    assert published_for(TwoPeak().cumulants()) is two_peak()
    assert published_for(TwoPeak(0.7).cumulants()) is None
    assert published_for(TwoPeak().cumulants() * np.array([1, 1, 1, 1, 1, 1, 1, 1.001])) is None
    assert published_for(None) is None
