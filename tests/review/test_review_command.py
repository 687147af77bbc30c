"""``grader review`` as a command: what it prints, what it refuses, kills in the middle, Ctrl-C."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import pytest

from grader.cli import main
from grader.cli import review as command
from grader.review import network_drive

from .kills import Grader, kill_in_the_middle, serving

Output = pytest.CaptureFixture[str]


def test_without_the_extra_it_says_what_to_install(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setattr(command, "NEEDED", ("starlette", "not_installed_anywhere"))
    assert main(["review", str(report)]) == 2
    said = capsys.readouterr().err
    assert said == "grader: review needs not_installed_anywhere: `pip install 'gradient-grader[review]'` installs it\n"


def test_without_a_gradebook_there_is_nothing_to_review(tmp_path: Path, capsys: Output) -> None:
    assert main(["review", str(tmp_path)]) == 2
    assert "there is no gradebook in" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_on_a_network_drive_it_refuses(report: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr(network_drive, "network_drive", lambda _: "nfs4")
    assert main(["review", str(report)]) == 2
    assert "lies on a network drive (nfs4)" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(report: Path, capsys: Output) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["review", str(report), "--no-browser", "--port", str(port)]) == 2
    assert f"port {port} of this machine can't be used" in capsys.readouterr().err


@pytest.mark.parametrize("call", [["--port", "70000"], ["--port", "x"], ["--by", " "]])
def test_a_wrong_call_is_refused(report: Path, call: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["review", str(report), *call])
    assert ended.value.code == 2


def test_two_graders_get_an_address_each_and_ctrl_c_writes_the_results(report: Path) -> None:
    with serving(report, "--by", "kim", "--by", "lee") as (running, doors):
        assert len(doors) == 2
        assert doors[0][0] == doors[1][0]
        grader = Grader(doors[1][0])
        page = grader.come_in(doors[1][1])
        assert '<span class="who muted">lee</span>' in page
        group = page.split('href="/groups/')[1].split('"')[0]
        row = grader.asked("GET", f"/groups/{group}")[1].split('name="row" value="')[1].split('"')[0]
        assert grader.asked("POST", f"/groups/{group}", points="2", row=row, do="decide")[0] == 303
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err
    assert "1 decision in the gradebook. Writing the results ..." in out
    assert "are written, with all decisions." in out
    assert err == ""
    students = json.loads((report / "results.json").read_text())["students"]
    made = [part["override"] for one in students for part in one["parts"] if part["override"]]
    assert [(one["points"], one["by"]) for one in made] == [(2, "lee")]


@pytest.mark.parametrize("seed", range(4))
def test_a_decision_that_was_acknowledged_outlives_a_kill(report: Path, seed: int) -> None:
    lost, acknowledged, sound = kill_in_the_middle(report, seed)
    assert lost == {}
    assert sound == "ok"
    assert acknowledged, "the kill came before the first decision"


MOUNTS = """\
22 1 0:21 / / rw,relatime - overlay overlay rw,lowerdir=/a
23 22 0:22 / /proc rw - proc proc rw
30 22 0:30 / /home rw shared:1 - nfs4 server:/home rw
31 30 8:1 / /home/kim/local rw - ext4 /dev/sda1 rw
32 22 0:33 / /mnt/shared\\040folder rw - cifs //server/share rw
33 22 0:34 / /mnt/host rw - 9p host rw
34 22 0:35 / /mnt/far rw - fuse.sshfs lee@far: rw
35 22 0:36 / /data rw - fuse.mergerfs a:b rw
36 22 0:37 / /home/lee rw - nfs server:/lee rw
37 36 8:2 / /home/lee rw - xfs /dev/sdb1 rw
broken line
"""
PLACES = [
    ("/home/kim/report", "nfs4", "a home directory on a file server"),
    ("/home", "nfs4", "the mount point itself"),
    ("/home/kim/local/report", "", "a disk below it"),
    ("/mnt/shared folder/report", "cifs", "with a space in its name"),
    ("/mnt/far/x", "fuse.sshfs", "another machine's by ssh"),
    ("/mnt/host/x", "", "a folder of the machine around a virtual one"),
    ("/data/x", "", "disks put together"),
    ("/homework", "", "a container's own, whose name only begins alike"),
    ("/home/lee/report", "", "of two mounted at one place the later one"),
]


@pytest.mark.parametrize(("path", "kind", "why"), PLACES, ids=[why for *_, why in PLACES])
def test_network_drives_are_told_from_others(path: str, kind: str, why: str) -> None:
    assert network_drive.kind_at(path, network_drive.mount_points(MOUNTS)) == kind, why


def test_this_folder_is_on_no_network(tmp_path: Path) -> None:
    assert network_drive.network_drive(tmp_path) == ""
