"""The township server's commands, with the server as a process of its own."""

import json
import os
import ssl
import subprocess
import sys
import tarfile
from pathlib import Path

import httpx
import pytest

from cli.__main__ import main
from cli.serving import server_process
from tests.postgres import new_database


def run(*arguments: str) -> int:
    try:
        return main(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)


@pytest.fixture
def data(tmp_path: Path) -> str:
    folder = str(tmp_path / "server")
    assert run("server", "init", "--data", folder, "--name", "屈原镇") == 0
    return folder


def test_a_server_process_answers_over_its_own_certificate(data: str) -> None:
    command = [sys.executable, "-m", "cli", "server", "run", "--data", data, "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
    )
    with process:
        assert process.stdout is not None
        try:
            check(process.stdout.readline().split()[-1], Path(data) / "tls" / "authority.pem")
        finally:
            process.terminate()


def test_a_server_process_with_its_data_in_postgresql(
    postgres: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address = str(tmp_path / "server"), new_database(postgres)
    command = ("server", "init", "--data", folder, "--name", "屈原镇", "--database", address)
    assert run(*command) == 0
    assert "PGPASSWORD" in capsys.readouterr().out
    with server_process(Path(folder), 0) as url:
        check(url, tmp_path / "server" / "tls" / "authority.pem")
    assert run("server", "run", "--data", folder, "--database", "mysql://x/y") == 1
    assert "postgresql+psycopg://" in capsys.readouterr().err


def check(url: str, authority: Path) -> None:
    trust = ssl.create_default_context(cafile=str(authority))
    assert url.startswith("https://127.0.0.1:")
    assert httpx.get(f"{url}/v1/welcome", verify=trust).json()["program"] == "lianxinqiao"
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        httpx.get(f"{url}/v1/welcome")


def test_a_second_server_in_one_folder_is_refused(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("server", "init", "--data", data, "--name", "别处") == 1
    assert "已经有" in capsys.readouterr().err


def test_codes_need_known_cadres(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("server", "enrol", "nobody", "--data", data) == 1
    assert "nobody" in capsys.readouterr().err


def test_plain_connections_stay_on_this_machine(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("server", "run", "--data", data, "--host", "0.0.0.0", "--plain") == 1
    assert "本机" in capsys.readouterr().err


def test_devices_and_revoking(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("server", "devices", "--data", data, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"devices": []}
    assert run("server", "revoke", "9", "--data", data) == 1
    assert "9" in capsys.readouterr().err


def test_what_waits_is_listed_admitted_and_sent_back(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("server", "quarantine", "list", "--data", data) == 0
    assert "没有待核" in capsys.readouterr().out
    assert run("server", "quarantine", "admit", "7", "--data", data) == 1
    assert "没有编号为 7" in capsys.readouterr().err
    assert run("server", "quarantine", "refuse", "7", "--reason", "重复", "--data", data) == 1
    assert run("server", "quarantine", "refuse", "7", "--reason", " ", "--data", data) == 1
    assert "原因要写明" in capsys.readouterr().err


def test_a_minimum_is_set(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("server", "minimum", "--schema", "1", "--data", data) == 0
    assert "上报不受影响" in capsys.readouterr().out
    assert run("server", "minimum", "--schema", "99", "--data", data) == 1


def test_a_server_is_backed_up_and_restored(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    assert run("server", "backup", "--data", data, "--to", str(place), "--json") == 0
    made = json.loads(capsys.readouterr().out.splitlines()[-1])["folder"]
    assert Path(made).parent == place and (Path(made) / "tls" / "authority.pem").exists()
    for strange in (data, str(tmp_path / "server" / "inside")):
        assert run("server", "backup", "--data", data, "--to", strange) == 1
    assert "不要放在" in capsys.readouterr().err
    with server_process(Path(data), 0):
        assert run("server", "restore", "--data", data, "--from", made) == 1
        assert "先停止" in capsys.readouterr().err
    assert run("server", "restore", "--data", data, "--from", made, "--json") == 0
    done = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert Path(done["kept"]).exists() and done["revoked"] == 0
    with server_process(Path(data), 0) as url:
        check(url, Path(data) / "tls" / "authority.pem")


def test_a_sealed_backup_opens_with_the_offline_key_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, disk = str(tmp_path / "server"), tmp_path / "disk" / "server.key"
    disk.parent.mkdir()
    assert run("server", "init", "--data", data, "--name", "屈原镇", "--key", str(disk)) == 0
    assert not (tmp_path / "server" / "server.key").exists()
    assert disk.stat().st_mode & 0o777 == 0o600
    key, other = str(tmp_path / "offline.txt"), str(tmp_path / "other.txt")
    for file in (other, key):
        assert run("server", "backup-key", file, "--json") == 0
    seal_to = json.loads(capsys.readouterr().out.splitlines()[-1])["seal_to"]
    made = tmp_path / "backup.age"
    to = ("--to", str(made), "--seal-to")
    assert run("server", "backup", "--data", data, *to, "age1nobody") == 1
    assert run("server", "backup", "--data", data, *to, seal_to) == 0
    assert disk.read_bytes() not in made.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []
    disk.unlink()  # the machine and its disk are gone
    new = str(tmp_path / "new")
    assert run("server", "restore", "--data", new, "--from", str(made), "--key", other) == 1
    assert "离线密钥" in capsys.readouterr().err and not Path(new).exists()
    assert run("server", "restore", "--data", new, "--from", str(made), "--key", key) == 0
    with server_process(Path(new), 0) as url:
        check(url, Path(new) / "tls" / "authority.pem")
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def test_a_sealed_backup_that_cannot_be_packed_is_none(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("server", "backup-key", str(tmp_path / "key"), "--json") == 0
    seal_to = json.loads(capsys.readouterr().out.splitlines()[-1])["seal_to"]

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(tarfile.TarFile, "add", fail)
    made = tmp_path / "backup.age"
    assert run("server", "backup", "--data", data, "--to", str(made), "--seal-to", seal_to) == 1
    assert "没有完成" in capsys.readouterr().err
    assert not made.exists() and not list(tmp_path.glob("*.part")) and not list(tmp_path.glob(".*"))


def test_a_backup_makes_a_server_of_an_empty_folder(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, new = str(tmp_path / "made"), str(tmp_path / "new")
    assert run("server", "backup", "--data", data, "--to", made) == 0
    assert run("server", "restore", "--data", new, "--from", made) == 0
    assert "再停用一次" in capsys.readouterr().out
    assert run("server", "restore", "--data", new) == 0
    with server_process(Path(new), 0) as url:
        check(url, Path(new) / "tls" / "authority.pem")
    other = str(tmp_path / "other")
    assert run("server", "init", "--data", other, "--name", "别处镇") == 0
    assert run("server", "restore", "--data", other, "--from", made) == 1
    assert "不是这个镇服务器的" in capsys.readouterr().err
    database = Path(made) / "server.db"
    database.write_bytes(database.read_bytes()[:-4096])
    assert run("server", "restore", "--data", new, "--from", made) == 1
    assert "已损坏" in capsys.readouterr().err
