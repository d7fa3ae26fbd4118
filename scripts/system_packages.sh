#!/usr/bin/env bash
# Debian packages that Python wheels cannot bring: `venv` (to make the environment), `papers` (the native libraries and the type that
# printed papers need) and `browser` (Chromium and what drives it, for the browser tests).
# As root it installs what is missing; otherwise it prints the one line to type and ends with 1.
set -euo pipefail

install() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "Missing Debian packages. Please type:  sudo apt-get install -y $*" >&2
        exit 1
    fi
    echo "Installing Debian packages: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
}

case "${1:-}" in
venv)
    python="${PYTHON:-python3}"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Regia needs Python 3.11 or newer." >&2; exit 1; }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install python3-venv
    ;;
papers)
    python="${PYTHON:-python3}"
    "$python" - <<'CHECK' 2>/dev/null || install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-liberation
# The loader itself is asked, whatever PATH says; the fonts are asked of fontconfig, which the libraries bring.
import ctypes
import pathlib
import sys

for name in ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1"):
    ctypes.CDLL(name)
fonts = pathlib.Path("/usr/share/fonts/truetype")
wanted = ("dejavu/DejaVuSans.ttf", "liberation*/LiberationSans-Regular.ttf")
sys.exit(not all(any(fonts.glob(pattern)) for pattern in wanted))
CHECK
    ;;
browser)
    # libatomic is what the program that drives Chromium links to; a bare Debian has it not.
    python="${PYTHON:-python3}"
    { test -x /usr/bin/chromium && "$python" -c 'import ctypes; ctypes.CDLL("libatomic.so.1")' 2>/dev/null; } || install chromium fonts-dejavu-core libatomic1
    ;;
*)
    echo "usage: system_packages.sh venv|papers|browser" >&2
    exit 2
    ;;
esac
