"""A practice carrier for the tests of labels and papers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk, open_desk


@pytest.fixture
def desk(tmp_path: Path, transactional_db: None, clock: ClockHand) -> Iterator[CarrierDesk]:
    desk = open_desk(tmp_path)
    with desk.site:
        yield desk
