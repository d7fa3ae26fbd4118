"""A port that was chosen is not taken away before its server is there."""

import socket
from contextlib import closing

import pytest

from erp.practice.demo.shops import choose_port, hold_port


def test_a_held_port_is_nobody_elses(tmp_path):
    with closing(hold_port(tmp_path / "port")) as held, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(held.getsockname())


def test_the_port_of_last_time_is_taken_again(tmp_path):
    first = choose_port(tmp_path / "port")
    assert choose_port(tmp_path / "port", 1) == first


def test_a_wanted_port_that_is_taken_gives_another_one(tmp_path):
    with closing(hold_port(tmp_path / "mine")) as held:
        wanted = held.getsockname()[1]
        assert choose_port(tmp_path / "yours", wanted) != wanted
