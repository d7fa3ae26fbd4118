"""What the demo says: one line per event, above a line that shows how far everything is. Without a terminal there are lines only."""

import shutil
import sys
import threading
from typing import TextIO

CLEAR_LINE = "\r\x1b[2K"


class Terminal:
    """Safe to use from any thread. `out` is where people read; with `--json -` that is stderr."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._is_live = out.isatty()
        self._progress = ""
        self._lock = threading.Lock()

    def say(self, sentence: str) -> None:
        with self._lock:
            self._out.write(f"{CLEAR_LINE if self._is_live else ''}{sentence}\n")
            self._draw()

    def show(self, progress: str) -> None:
        """Replace the line at the bottom; nothing happens without a terminal."""
        with self._lock:
            self._progress = progress
            if self._is_live:
                self._out.write(CLEAR_LINE)
                self._draw()

    def clear(self) -> None:
        self.show("")

    def _draw(self) -> None:
        if self._is_live and self._progress:
            width = shutil.get_terminal_size().columns
            self._out.write(self._progress[: width - 1])
        self._out.flush()
