"""What runs in production is what the house knows: its queues are served, its settings are read, its commands exist."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

from erp.core.queues import QUEUES
from erp.practice.demo.house import WORKERS

COMPOSE = (settings.BASE_DIR / "compose.yaml").read_text()
OPERATIONS = (settings.BASE_DIR / "docs/operations.md").read_text()


def test_every_queue_has_a_worker_as_in_the_demo():
    served = re.findall(r'"--queues", "(\w+)", "--concurrency", "(\d)"', COMPOSE)

    assert [name for name, _processes in served] == list(QUEUES)
    assert [(queue, str(processes)) for queue, processes in WORKERS.items()] == served


def test_every_setting_of_the_composition_is_read():
    read = set(re.findall(r'"([A-Z_]+)"', Path(settings.BASE_DIR / "erp/settings.py").read_text()))
    given = set(re.findall(r"^    ([A-Z_]+):", COMPOSE, re.MULTILINE))

    assert given - read == set()


def test_every_command_of_the_operations_guide_exists():
    named = set(re.findall(r"manage\.py (\w+)", OPERATIONS + COMPOSE))

    assert named - set(get_commands()) == set()
