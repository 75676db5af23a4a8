import pytest

from parakh import metrics
from parakh.metrics import REGISTRY


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_job_that_ends_well_is_noted() -> None:
    with metrics.job("test.well"):
        pass
    assert value("parakh_job_last_success_timestamp_seconds", job="test.well") > 1.7e9
    assert value("parakh_job_errors_total", job="test.well") == 0


def test_a_job_that_fails_is_counted_and_its_error_goes_on() -> None:
    with pytest.raises(ZeroDivisionError), metrics.job("test.ill"):
        raise ZeroDivisionError
    assert value("parakh_job_errors_total", job="test.ill") == 1
    assert value("parakh_job_last_success_timestamp_seconds", job="test.ill") == 0


def test_what_failed_is_timed_too() -> None:
    before = value("parakh_face_search_seconds_count")
    with pytest.raises(KeyError), metrics.timed(metrics.FACE_SEARCH_SECONDS):
        raise KeyError
    assert value("parakh_face_search_seconds_count") == before + 1


def test_a_screener_keeps_its_label_over_versions() -> None:
    assert metrics.screener("name@3") == metrics.screener("name@4") == "name"


def test_names_follow_the_practice() -> None:
    """Prometheus, Metric and label naming: our prefix, base units, and a help text each."""
    for family in REGISTRY.collect():
        if not family.name.startswith(("process_", "python_")):
            assert family.name.startswith("parakh_")
            assert family.documentation.endswith(".")
            assert family.type != "histogram" or family.name.endswith("_seconds")
