"""The tests of the Spark job. `make test-spark` runs them in an environment of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from spark_cluster import Cluster, has_java, running

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WITH_SPARK = ["test_spark_job.py", "test_spark_loss.py"]
collect_ignore = [] if find_spec("pyspark") else WITH_SPARK


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Warnings of Spark and of the libraries below it are not ours."""
    for item in items:
        if item.path.name in WITH_SPARK:
            item.add_marker(pytest.mark.filterwarnings("default"))


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests."""
    if not has_java():
        assert "CI" not in os.environ, "the tests of the Spark job need Java: java is missing"
        pytest.skip("Java is missing: install openjdk-17-jre-headless")
    with running(tmp_path_factory.mktemp("cluster")) as one:
        yield one


@pytest.fixture(scope="session")
def spark(cluster: Cluster) -> Iterator[SparkSession]:
    """One driver in this process for all tests that do not kill theirs."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder: Any = SparkSession.builder.master(cluster.url).appName("tests")
    for name, value in cluster.conf.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
