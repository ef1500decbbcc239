"""Who leads and who falls behind."""

from services.analytics.domain.comparison import compare
from tests.unit.analytics.builders import measured


def test_groups_are_ranked_by_their_score_and_few_calls_stand_unranked() -> None:
    """A-20: under 20 calls nothing is compared."""
    good = measured("good", calls=100, answered=90, confirmed=80, contacted=90)
    fair = measured("fair", calls=100, answered=60, confirmed=30, contacted=50)
    tiny = measured("tiny", calls=19, answered=19, confirmed=19, contacted=100)

    comparison = compare([fair, tiny, good])

    assert [each.group.name for each in comparison.ranking] == ["good", "fair"]
    assert comparison.best is not None
    assert comparison.best.group.name == "good"


def test_behind_is_whose_whole_interval_lies_below_the_mean() -> None:
    """A-21."""
    good = measured("good", calls=400, answered=360, confirmed=300, contacted=95)
    also = measured("also", calls=400, answered=350, confirmed=290, contacted=90)
    poor = measured("poor", calls=400, answered=80, confirmed=10, contacted=20)
    unsure = measured("unsure", calls=20, answered=14, confirmed=8, contacted=60)

    comparison = compare([good, also, poor, unsure])

    assert [each.group.name for each in comparison.underperforming] == ["poor"]


def test_the_overall_score_weighs_by_calls() -> None:
    """A-24."""
    many = measured("many", calls=300, answered=200, confirmed=100, contacted=50)
    few = measured("few", calls=100, answered=10, contacted=10)
    none = measured("none", calls=0, answered=0)
    assert many.score is not None
    assert few.score is not None

    overall = compare([many, few, none]).overall_score

    assert overall == round((many.score.lower * 300 + few.score.lower * 100) / 400, 2)


def test_without_calls_nothing_is_compared() -> None:
    comparison = compare([measured("none", calls=0, answered=0)])

    assert comparison.ranking == []
    assert comparison.best is None
    assert comparison.underperforming == []
    assert comparison.overall_score is None


def test_one_group_alone_is_not_behind() -> None:
    comparison = compare([measured("only", calls=50, answered=5)])

    assert comparison.underperforming == []
