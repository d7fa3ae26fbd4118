"""People read lines; on a terminal the last line shows how far everything is."""

import io

from erp.practice.demo.terminal import CLEAR_LINE, Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_there_are_lines_only():
    out = io.StringIO()
    terminal = Terminal(out)

    terminal.show("half")
    terminal.say("first")
    terminal.clear()

    assert out.getvalue() == "first\n"


def test_on_a_terminal_the_progress_stays_below_the_lines():
    out = Screen()
    terminal = Terminal(out)

    terminal.show("half")
    terminal.say("first")

    assert out.getvalue() == f"{CLEAR_LINE}half{CLEAR_LINE}first\nhalf"
