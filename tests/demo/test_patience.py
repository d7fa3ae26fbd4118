"""The demo waits while something moves, and no longer."""

from erp.practice.demo.patience import Patience


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def is_over_at(patience: Patience, watch: Watch, moments: dict[float, str]) -> list[bool]:
    found = []
    for watch.seconds, what in moments.items():
        found.append(patience.is_over(what))
    return found


def test_a_slow_house_that_goes_on_is_waited_for() -> None:
    watch = Watch()
    patience = Patience(100, time_now=watch)

    assert is_over_at(patience, watch, {0: "9 jobs", 99: "8 jobs", 198: "7 jobs", 290: "1 job"}) == [False] * 4


def test_one_that_stands_still_or_goes_round_in_circles_is_not() -> None:
    watch = Watch()
    patience = Patience(100, time_now=watch)

    assert is_over_at(patience, watch, {0: "2 jobs", 50: "1 job", 100: "2 jobs", 150: "1 job", 151: "2 jobs"}) == [False] * 4 + [True]
