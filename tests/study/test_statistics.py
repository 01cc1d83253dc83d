"""The analysis' parts against hand-worked values and other libraries."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import ttest_ind

from stenciltorch.study.bootstrap import by_cluster, ratio_interval
from stenciltorch.study.bradley_terry import fit_strengths, is_bounded, preference_shares
from stenciltorch.study.contrasts import Unit, holm, signed_ranks, welch
from stenciltorch.study.mixed import TERMS, _deviance, _Sums, fit_mixed
from stenciltorch.study.records import Opinions, Pairs
from stenciltorch.study.screening import far_from_others

MODELS = ("one", "two", "three")


def crossed(raters=8, pictures=6, seed=0, lacking=0.0, models=MODELS):
    """Scores of every rater on every model's version of every picture, less some."""
    rng = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(*map(np.arange, (raters, pictures, len(models))), indexing="ij"), -1).reshape(-1, 3)
    places = places[rng.random(len(places)) >= lacking]
    rater, picture, model = places.T
    count = len(models)
    effects = (
        rng.normal(0, 0.6, raters)[rater]
        + rng.normal(0, 0.5, pictures)[picture]
        + rng.normal(0, 0.4, (raters, count))[rater, model]
        + rng.normal(0, 0.4, (pictures, count))[picture, model]
    )
    score = 3 + 0.5 * model + effects + rng.normal(0, 0.7, len(rater))
    return Opinions(rater, picture, model, score, models)


# the mixed model


def test_variances_and_means_of_a_balanced_design_are_those_of_the_analysis_of_variance():
    """In a balanced design REML equals the method of moments where that gives no negative variance."""
    data = crossed(9, 7, seed=3)
    cube = data.score.reshape(9, 7, 3)
    fit = fit_mixed(data)
    assert fit.means == pytest.approx(cube.mean((0, 1)), abs=1e-6)
    grand = cube.mean()
    of_rater, of_picture, of_model = (cube.mean(axes) for axes in ((1, 2), (0, 2), (0, 1)))
    rater_model, picture_model = cube.mean(1), cube.mean(0)
    lines = rater_model - of_rater[:, None] - of_model + grand
    columns = picture_model - of_picture[:, None] - of_model + grand
    # rater x picture is no term of the model: its degrees of freedom belong to the residual
    left = cube - rater_model[:, None] - picture_model[None] + of_model
    residual = (left**2).sum() / (9 * 7 * 3 - 3 - 3 * 8 - 3 * 6)
    by_rater = 7 * (lines**2).sum() / (8 * 2)
    by_picture = 9 * (columns**2).sum() / (6 * 2)
    main_rater = 21 * ((of_rater - grand) ** 2).sum() / 8
    main_picture = 27 * ((of_picture - grand) ** 2).sum() / 6
    expected = {
        "rater": (main_rater - by_rater) / 21,
        "picture": (main_picture - by_picture) / 27,
        "rater x model": (by_rater - residual) / 7,
        "picture x model": (by_picture - residual) / 9,
        "residual": residual,
    }
    assert min(expected.values()) > 0
    assert fit.variances == pytest.approx(expected, rel=1e-3)


def test_degrees_of_freedom_of_a_balanced_design():
    """Satterthwaite's by hand, from the mean squares of rater x model, picture x model and what is left."""
    data = crossed(9, 7, seed=3)
    fit = fit_mixed(data)
    parts = fit.variances
    residual = parts["residual"]
    by_rater, by_picture = residual + 7 * parts["rater x model"], residual + 9 * parts["picture x model"]
    total = (by_rater + by_picture - residual) * 2 / 63
    freedom = total**2 / ((2 / 63) ** 2 * (by_rater**2 / 16 + by_picture**2 / 12 + residual**2 / 144))
    weights = np.array([1.0, -1.0, 0.0])
    assert weights @ fit.covariance @ weights == pytest.approx(total, rel=1e-6)
    assert fit.freedom(weights) == pytest.approx(freedom, rel=1e-3)


def fit_with_statsmodels(data):
    formula = pytest.importorskip("statsmodels.formula.api", reason="statsmodels is the reference")
    import pandas

    table = pandas.DataFrame({"score": data.score, "rater": data.rater, "picture": data.picture, "model": data.model})
    table["all"] = 1
    terms = {"a": "0 + C(rater)", "b": "0 + C(picture)", "c": "0 + C(rater):C(model)", "d": "0 + C(picture):C(model)"}
    described = formula.mixedlm("score ~ 0 + C(model)", table, groups="all", re_formula="0", vc_formula=terms)
    return described.fit(reml=True)


@pytest.mark.filterwarnings("ignore")
def test_the_mixed_model_agrees_with_statsmodels():
    data = crossed(8, 6, seed=2)
    known, fit = fit_with_statsmodels(data), fit_mixed(data)
    assert fit.means == pytest.approx(known.fe_params.to_numpy(), abs=2e-3)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(known.bse_fe.to_numpy(), rel=0.01)
    ours = [fit.variances[name] for name in ("rater", "picture", "rater x model", "picture x model", "residual")]
    assert ours == pytest.approx([*known.vcomp, known.scale], abs=0.01)


@pytest.mark.filterwarnings("ignore")
def test_where_a_variance_is_zero_it_fits_no_worse_than_statsmodels():
    data = crossed(8, 6, seed=2, lacking=0.25)
    known, fit = fit_with_statsmodels(data), fit_mixed(data)
    assert fit.variances["picture"] == 0
    assert fit.deviance <= _deviance(np.maximum(known.vcomp / known.scale, 0), _Sums.of(data))[0] + 1e-6
    nearby = [_deviance(np.maximum(ratios, 0), _Sums.of(data))[0] for ratios in around(fit)]
    assert fit.deviance <= min(nearby) + 1e-6


def around(fit):
    """Ratios of variances near those of a fit."""
    best = np.array([fit.variances[name] for name in TERMS]) / fit.variances["residual"]
    return [best + step * direction for direction in np.eye(4) for step in (-0.02, 0.02)]


def test_an_effect_that_is_not_there_has_no_variance():
    rng = np.random.default_rng(0)
    data = crossed(10, 8)
    noise = Opinions(data.rater, data.picture, data.model, rng.normal(3, 1, len(data.score)), MODELS)
    fit = fit_mixed(noise)
    assert sum(fit.variances.values()) == pytest.approx(1, abs=0.25)
    assert fit.variances["residual"] > 0.75
    found = fit.estimate(np.array([1.0, -1.0, 0.0]))
    assert found.low < 0 < found.high
    assert found.p > 0.01


def test_scores_that_are_all_alike():
    data = crossed()
    fit = fit_mixed(Opinions(data.rater, data.picture, data.model, np.full(len(data.score), 4.0), MODELS))
    assert fit.means == pytest.approx([4, 4, 4], abs=1e-6)
    found = fit.estimate(np.array([1.0, 0.0, 0.0]))
    assert found.high - found.low < 1e-3


def test_an_interval_is_wider_at_a_higher_level_and_p_fits_it():
    fit = fit_mixed(crossed())
    weights = np.array([-1.0, 1.0, 0.0])
    narrow, wide = fit.estimate(weights, 0.9), fit.estimate(weights, 0.99)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    edge = fit.estimate(weights, 1 - narrow.p)
    assert min(abs(edge.low), abs(edge.high)) == pytest.approx(0, abs=1e-9)


# pairs


def compared(count=400, seed=0, tie=-0.7, raters=10, pictures=8, strengths=(0.8, 0.0, -0.8), side=0.3):
    rng = np.random.default_rng(seed)
    sides = np.array([rng.permutation(3)[:2] for _ in range(count)])
    left, right = np.array(strengths)[sides].T
    odds = np.stack([left + side, right, (left + right + side) / 2 + tie], 1)
    chances = np.exp(odds - logsumexp(odds, axis=1, keepdims=True))
    outcome = np.array([1.0, 0.0, 0.5])[[rng.choice(3, p=line) for line in chances]]
    places = rng.integers(0, raters, count), rng.integers(0, pictures, count)
    return Pairs(*places, sides[:, 0], sides[:, 1], outcome, MODELS)


@pytest.mark.filterwarnings("ignore")
def test_without_ties_it_is_a_logistic_regression():
    api = pytest.importorskip("statsmodels.api", reason="statsmodels is the reference")
    data = compared(tie=-np.inf)
    design = np.zeros((len(data.left), 3))
    design[np.arange(len(design)), data.left] += 1
    design[np.arange(len(design)), data.right] -= 1
    design = np.c_[design[:, :2] - design[:, 2:], np.ones(len(design))]
    known = api.Logit(data.outcome, design).fit(disp=0)
    fit = fit_strengths(data)
    assert fit.tie is None
    assert np.r_[fit.strengths[:2], fit.side] == pytest.approx(known.params, abs=1e-6)
    assert fit.strengths.sum() == pytest.approx(0, abs=1e-12)


def test_ties_are_davidsons():
    data = compared()
    fit = fit_strengths(data)

    def loss(point):
        strengths = np.r_[point[:2], -point[:2].sum()]
        left, right = strengths[data.left] + point[2], strengths[data.right]
        odds = np.stack([left, right, (left + right) / 2 + point[3]], 1)
        taken = np.select([data.outcome == 1, data.outcome == 0], [0, 1], 2)
        return -(odds[np.arange(len(taken)), taken] - logsumexp(odds, axis=1)).sum()

    known = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-6}).x
    assert [*fit.strengths[:2], fit.side, fit.tie] == pytest.approx(known, abs=1e-4)


def test_two_models_by_hand():
    """30 wins of 40: log(3) between them."""
    zeros = np.zeros(40, int)
    sides = np.arange(40) % 2
    outcome = np.where(np.arange(40) < 30, 1.0 - sides, sides * 1.0)
    data = Pairs(np.arange(40) % 5, np.arange(40) % 4, sides, 1 - sides, outcome, ("one", "two"))
    assert zeros.sum() == 0
    fit = fit_strengths(data)
    assert fit.strengths == pytest.approx([np.log(3) / 2, -np.log(3) / 2], abs=1e-8)
    assert preference_shares(data)[0, 1] == 0.75
    assert np.isnan(preference_shares(data)[0, 0])


def test_alike_answers_of_a_rater_widen_the_interval():
    """The same answers given once each by many, or ten times each by few."""
    many = compared(400, raters=400, pictures=400)
    few = Pairs(np.arange(400) % 400 // 40, many.picture, *(np.asarray(x) for x in (many.left, many.right)),
                many.outcome, MODELS)  # fmt: skip
    order = np.lexsort((many.outcome, many.left))
    few = Pairs(few.rater, np.arange(400), many.left[order], many.right[order], many.outcome[order], MODELS)
    weights = np.array([1.0, 0.0, -1.0])
    single = fit_strengths(Pairs(np.arange(400), np.arange(400), *few_parts(few)))
    assert fit_strengths(few).estimate(weights).error > 2 * single.estimate(weights).error


def few_parts(data):
    return data.left, data.right, data.outcome, data.models


def test_a_model_that_never_loses_has_no_bound():
    data = compared()
    always = np.where(data.left == 0, 1.0, np.where(data.right == 0, 0.0, data.outcome))
    assert is_bounded(data)
    assert not is_bounded(Pairs(data.rater, data.picture, data.left, data.right, always, MODELS))


# the bootstrap


def test_means_of_clusters_by_hand():
    values, cluster = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 2])
    total, count = by_cluster(values, cluster, np.array([1.0, 1.0, 1.0, 0.0]), 3)
    assert total.tolist() == [3, 3, 0]
    assert count.tolist() == [2, 1, 0]


def test_of_many_equal_clusters_it_is_students_interval():
    from scipy.stats import t

    rng = np.random.default_rng(1)
    means = rng.normal(3, 0.5, 60)
    counts, nothing = np.full(60, 10.0), np.zeros(60)
    found = ratio_interval((10 * means, nothing), (counts, nothing), 0.95, 4000, rng)
    error = means.std(ddof=1) / np.sqrt(60)
    assert found.value == pytest.approx(means.mean())
    assert found.error == pytest.approx(error)
    reach = t.ppf(0.975, 59) * error
    assert (found.low, found.high) == pytest.approx((means.mean() - reach, means.mean() + reach), abs=0.25 * reach)


def test_a_difference_of_matched_means_is_narrow():
    rng = np.random.default_rng(1)
    kindness, counts = rng.normal(0, 1, 30), np.full(30, 5.0)
    first, second = (5 * (3 + gap + kindness + rng.normal(0, 0.1, 30)) for gap in (0.5, 0.0))
    found = ratio_interval((first, second), (counts, counts), 0.95, 1000, rng)
    assert found.value == pytest.approx(0.5, abs=0.1)
    assert found.high - found.low < 0.15


def test_nothing_to_draw_from():
    nothing = np.zeros(5)
    assert ratio_interval((nothing, nothing), (nothing, nothing), 0.95, 100, np.random.default_rng(0)) is None
    same = np.full(5, 4.0)
    assert ratio_interval((same, nothing), (np.ones(5), nothing), 0.95, 100, np.random.default_rng(0)) is None


# textbook tests


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9, 0.6]) == pytest.approx([1.0, 1.0, 1.0])
    adjusted = holm([float("nan"), 0.02])
    assert np.isnan(adjusted[0])
    assert adjusted[1] == 0.02


def test_holm_agrees_with_statsmodels():
    known = pytest.importorskip("statsmodels.stats.multitest", reason="statsmodels is the reference")
    values = np.random.default_rng(0).random(9) ** 3
    assert holm(list(values)) == pytest.approx(known.multipletests(values, method="holm")[1])


def test_welch_by_hand():
    """Means 3 and 5, variances 1 and 1 over 3 and 3 units: t = 2 / sqrt(2/3) = 2.449 with 4 degrees of freedom."""
    rater, model = np.repeat(np.arange(3), 2), np.tile([0, 1], 3)
    data = Opinions(rater, rater * 0, model, np.array([2.0, 4, 3, 5, 4, 6]), ("one", "two"))
    unit = Unit.raters(data)
    assert unit.means.tolist() == [[2, 4], [3, 5], [4, 6]]
    assert unit.deviations().tolist() == [1, 1]
    p = unit.welch(1)
    assert p[0] == pytest.approx(0.0705, abs=1e-4)
    assert np.isnan(p[1])


def test_welch_agrees_with_scipy():
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 1, 12), rng.normal(1, 3, 31)
    assert welch(first, second) == pytest.approx(ttest_ind(first, second, equal_var=False).pvalue, rel=1e-9)
    assert np.isnan(welch(first, second[:1]))
    assert np.isnan(welch(np.ones(3), np.ones(4)))


def test_signed_ranks_by_hand():
    """Differences 1, 2, 3: all ranks positive, 6 / sqrt(14) = 1.604."""
    assert signed_ranks(np.array([1.0, 2.0, 3.0])) == pytest.approx(0.1088, abs=1e-4)
    assert signed_ranks(np.array([1.0, -1.0])) == 1.0


def test_units_that_nobody_rated():
    data = Opinions(np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), np.array([3.0, 4.0]), ("one", "two"))
    unit = Unit.raters(data)
    assert np.isnan(unit.means).sum() == 2
    assert np.isnan(unit.welch(0)[1])
    assert np.isnan(unit.wilcoxon(0)[1])


# BT.500


def test_bt500_rejects_who_is_far_to_both_sides_only():
    rng = np.random.default_rng(0)
    truth = np.linspace(1.5, 4.5, 40)
    honest = np.clip(truth + rng.normal(0, 0.4, (60, 40)), 1, 5)
    wild = np.where(np.arange(40) % 2, 1.0, 5.0)
    kind = np.clip(truth + 1.6, 1, 5)
    assert far_from_others(np.vstack([honest, wild, kind])).tolist() == [False] * 60 + [True, False]


def test_bt500_with_gaps():
    scores = np.full((4, 3), np.nan)
    scores[:, 0] = 3
    assert not far_from_others(scores).any()
