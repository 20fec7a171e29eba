from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from serving import served, wire

CODE = """
import sys
from pathlib import Path
from sketchseek.server import serve
try:
    serve(Path(sys.argv[1]), port=0, model=sys.argv[2], started=lambda url: print(url, flush=True))
except KeyboardInterrupt:
    print("ended", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_serving_is_quiet_tells_its_address_and_ends_when_interrupted(made: tuple[Path, Path, Path]) -> None:
    command = [sys.executable, "-W", "error", "-c", CODE, str(made[0]), str(made[2])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            answer = httpx.post(
                f"{url}/api/search", json={"strokes": wire("cross")}, trust_env=False, timeout=60
            )
            assert answer.json()["hits"][0]["name"] == "cross.png"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (out, err, process.returncode) == ("ended\n", "", 0)


def test_two_servers_share_a_library(made: tuple[Path, Path, Path]) -> None:
    with served(made[0]) as first, served(made[0]) as second:
        hits = [
            httpx.post(f"{site}/api/search", json={"strokes": wire("plus")}, trust_env=False).json()["hits"]
            for site in (first, second)
        ]
    assert [hit["id"] for hit in hits[0]] == [hit["id"] for hit in hits[1]]
    assert hits[0][0]["thumbnail"] != hits[1][0]["thumbnail"]  # no browser keeps one library's for another's
