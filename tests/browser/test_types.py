"""A form of several types: choices, paths and JSON, each with its label, and errors in words."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from playwright.sync_api import expect

READS = """%%shimtask reads --image ghcr.io/acme/reads:1
import typing

import pandas as pd
import pydantic

from shimnb import FlyteFile, ShimTaskExecutor


class Price(pydantic.BaseModel):
    amount: float
    currency: str = "EUR"


class Executor(ShimTaskExecutor):
    def execute_from_model(
        self, tt, *, file: FlyteFile["csv"], table: pd.DataFrame, price: Price, kind: typing.Literal["net", "gross"]
    ) -> str:
        with open(file) as text:
            rows = len(table.open(pd.DataFrame).all())
            return f"{text.read().strip()} {rows} {price.amount} {kind}"
"""


@pytest.fixture
def places(tmp_path):
    """A file and a table that are there."""
    (tmp_path / "a.csv").write_text("a,b\n", encoding="utf-8")
    pd.DataFrame({"a": [1, 2]}).to_parquet(tmp_path / "a.parquet")
    return tmp_path


@pytest.fixture
def form(open_cells):
    """The form of a task that takes one of each."""
    opened = open_cells("%load_ext shimnb", READS)
    opened.run(0, 1)
    panel = opened.cell(1).get_by_role("region", name="Task reads")
    panel.get_by_role("tab", name="Run").click()
    return panel.get_by_role("tabpanel", name="Run")


def test_a_form_of_files_tables_models_and_choices(form, places):
    """Each is filled in as a person would, a mistake is said beside its field, and the run gets all four."""
    form.get_by_label("file", exact=True).fill("/no/such.csv")
    form.get_by_label("table", exact=True).fill(str(places / "a.parquet"))
    form.get_by_label("amount").fill("n/a")
    form.get_by_label("kind").select_option("gross")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_text("there is no such file")).to_be_visible()
    expect(form.get_by_text("expected float, got 'n/a'")).to_be_visible()
    form.get_by_label("file", exact=True).fill(str(places / "a.csv"))
    form.get_by_label("amount").fill("1.5")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.get_by_role("status")).to_have_text(re.compile("^Run 1 done"))
    expect(form.get_by_role("group", name="Outputs of run 1")).to_contain_text("a,b 2 1.5 gross")
