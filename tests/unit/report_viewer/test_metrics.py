"""The viewer's metrics: hot answers are timed now and then, and labels are there from the start."""

from report_viewer.metrics import HOT_OUT_OF, Metrics
from report_viewer.model import Freshness, Heat


def test_one_hot_answer_in_sixteen_is_timed() -> None:
    metrics = Metrics()
    timed = [metrics.is_timed() for _ in range(3 * HOT_OUT_OF)]
    assert [at for at, each in enumerate(timed) if each] == [0, HOT_OUT_OF, 2 * HOT_OUT_OF]


def test_every_label_is_told_before_anything_happened() -> None:
    text = Metrics().text().decode()
    for heat in Heat:
        assert f'report_viewer_load_seconds_count{{heat="{heat.value}"}} 0.0' in text
    for freshness in Freshness:
        assert (
            f'report_viewer_report_age_seconds_count{{freshness="{freshness.value}"}} 0.0' in text
        )


def test_an_age_by_a_clock_that_is_behind_is_none() -> None:
    metrics = Metrics()
    metrics.served(Freshness.CURRENT, -5.0)
    assert (
        'report_viewer_report_age_seconds_sum{freshness="current"} 0.0' in metrics.text().decode()
    )
