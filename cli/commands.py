"""The commands and their words; each does one thing and says what it did."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import audits, backups, doctor, laptops, papers, playing, server, sticks, tour
from cli.account_commands import password, recover, recoveries, reenrol
from cli.answers import AsJson, Folder, Login, Password, say, say_step
from cli.backup_key import backup_key
from cli.export_commands import export
from cli.own_history import audit_own
from cli.quarantine_commands import quarantine
from cli.refused import refused
from cli.rights_commands import my_record
from cli.users import users
from township.protection_codes import ACCESS_REASON

app = typer.Typer(
    name="lianxinqiao",
    help="连心桥：乡镇干部联系服务群众。不带命令时打开桌面程序。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
report = typer.Typer(help="打印成 PDF：走访记录、月报、我的信息。", no_args_is_help=True)
report.command("my-record")(my_record)
app.add_typer(report, name="report")
township = typer.Typer(help="镇服务器：建立、运行、登记和停用笔记本。", no_args_is_help=True)
app.add_typer(township, name="server")
township.add_typer(quarantine, name="quarantine")
township.command("recover")(recover)
township.command("recoveries")(recoveries)
app.add_typer(password, name="password")
app.command("reenrol")(reenrol)
township.command("backup-key")(backup_key)
app.add_typer(export, name="export")
app.add_typer(users, name="users")
history = typer.Typer(help="核查镇服务器的历史记录。", no_args_is_help=True)
app.add_typer(history, name="audit")
history.command("own")(audit_own)
bundle = typer.Typer(help="没有网络时，用U盘上的文件同步。", no_args_is_help=True)
app.add_typer(bundle, name="bundle")

Data = Annotated[Path, typer.Option("--data", help="服务器文件夹")]
Database = Annotated[
    str | None,
    typer.Option("--database", help="数据放在 PostgreSQL：postgresql+psycopg://用户@主机/数据库"),
]
Out = Annotated[Path, typer.Option("--out", help="写到哪个 PDF 文件")]
Why = Annotated[
    str | None,
    typer.Option("--reason", help=f"不遮盖，理由：{'、'.join(ACCESS_REASON.labels.values())}"),
]
WhyText = Annotated[str | None, typer.Option("--reason-text", help="具体事由，至少两个字")]


@app.command("open")
def open_(
    folder: Annotated[Path, typer.Argument(help="数据文件夹")],
    demo: Annotated[Path | None, typer.Option("--demo", help="演示用户的文件 demo.json")] = None,
) -> None:
    """打开一个数据文件夹的桌面程序。"""
    from desktop.app import run  # Qt is only for this command
    from desktop.enrolling import enroller
    from township.storage.folder import LaptopFolder
    from township.storage.persons import Persons

    persons = Persons(LaptopFolder(folder))
    enrol = enroller(persons) if persons.there() and demo is None else None
    raise typer.Exit(run(folder, enrol=enrol, demo=demo))


@app.command("demo")
def demo_(
    folder: Annotated[Path, typer.Argument(help="放演示数据的文件夹")],
    households: Annotated[int, typer.Option("--households", min=13, help="户数")] = 7902,
    years: Annotated[int, typer.Option("--years", min=1, max=10, help="几年的记录")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="同一个数得到同样的演示乡镇")] = 1,
    as_json: AsJson = False,
) -> None:
    """建立演示乡镇：镇服务器、一台干部笔记本、一台台账管理员电脑（人物均为虚构）。"""
    answer = playing.demo(folder, households, years, seed, say_step)
    say(f"演示乡镇建好了：{folder}", answer, as_json)


@app.command("play")
def play(
    folder: Annotated[Path, typer.Argument(help="演示数据的文件夹")],
    clerk: Annotated[bool, typer.Option("--clerk", help="打开台账管理员的电脑")] = False,
) -> None:
    """运行演示的镇服务器，并打开一台演示笔记本。"""
    raise typer.Exit(playing.play(folder, clerk=clerk))


@app.command("tour")
def tour_(
    folder: Annotated[Path, typer.Argument(help="演示数据的文件夹；没有时先建一个")],
    resume: Annotated[bool, typer.Option("--resume", help="接着上次中断的地方")] = False,
    households: Annotated[int, typer.Option("--households", min=13, help="新建时的户数")] = 7902,
    years: Annotated[int, typer.Option("--years", min=1, max=10, help="新建时几年的记录")] = 1,
    as_json: AsJson = False,
) -> None:
    """走一遍主要工作：离线登记走访、打印、同步、台账管理员打印月报（不需要屏幕）。"""
    result = tour.run(folder, resume=resume, step=say_step, households=households, years=years)
    text = (
        f"走访记录：{folder / result.visit_report}\n户台账月报：{folder / result.ledger}\n"
        f"截图 {len(result.screenshots)} 张在 {folder / 'out' / 'screenshots'}\n"
        f"上报 {result.pushed} 次改动，台账员收到 {result.pulled} 次；"
        f"本月已计 {result.days_counted} 天；用时 {result.seconds} 秒。"
    )
    say(text, asdict(result), as_json)


@app.command("sync")
def sync_(folder: Folder, login: Login, password: Password, as_json: AsJson = False) -> None:
    """与镇服务器同步一次。"""
    answer = playing.sync_once(folder, login, password, say_step)
    text = f"同步完成：上报 {answer['pushed']} 次改动，收到 {answer['pulled']} 次改动。"
    if answer["loaded"]:
        text += f"首次装载 {answer['loaded']} 条记录。"
    say(text, answer, as_json)


@bundle.command("out")
def bundle_out(
    place: Annotated[Path, typer.Argument(help="U盘上的文件夹，或要写的文件（.lxq）")],
    folder: Folder,
    login: Login,
    password: Password,
    as_json: AsJson = False,
) -> None:
    """把还没上报的改动存成一个加密文件，拿到镇里读入。"""
    with laptops.opened(folder, login, password, shut=True) as laptop:
        say(*sticks.out(laptop, place), as_json)


@bundle.command("in")
def bundle_in(
    file: Annotated[Path, typer.Argument(help="镇里给的答复文件（.lxq）")],
    folder: Folder,
    login: Login,
    password: Password,
    as_json: AsJson = False,
) -> None:
    """读入镇里给本机的答复文件。"""
    with laptops.opened(folder, login, password, shut=True) as laptop:
        say(*sticks.back(laptop, file), as_json)


@report.command("visit")
def report_visit(
    visit: Annotated[str, typer.Argument(help="走访编号（32 位十六进制）")],
    folder: Folder,
    login: Login,
    password: Password,
    out: Out,
    why: Why = None,
    why_text: WhyText = None,
    as_json: AsJson = False,
) -> None:
    """打印一份入户走访记录。"""
    with laptops.opened(folder, login, password) as laptop:
        pages = papers.visit(laptop, visit, out, papers.reason_of(why, why_text))
    say(f"已写好 {out}，共 {pages} 页。", {"file": str(out), "pages": pages}, as_json)


@report.command("ledger")
def report_ledger(
    month: Annotated[str, typer.Argument(help="月份，如 2026-05")],
    folder: Folder,
    login: Login,
    password: Password,
    out: Out,
    zone: Annotated[str | None, typer.Option("--zone", help="责任区名称；不填为全部")] = None,
    why: Why = None,
    why_text: WhyText = None,
    as_json: AsJson = False,
) -> None:
    """打印户台账月报。"""
    with laptops.opened(folder, login, password) as laptop:
        pages = papers.ledger(laptop, month, zone, out, papers.reason_of(why, why_text))
    say(f"已写好 {out}，共 {pages} 页。", {"file": str(out), "pages": pages}, as_json)


@township.command("init")
def server_init(
    data: Data,
    name: Annotated[str, typer.Option("--name", help="乡镇名称，如 屈原镇")],
    host: Annotated[
        list[str] | None, typer.Option("--host", help="笔记本用来访问服务器的名称或地址，可多次")
    ] = None,
    database: Database = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="数据库密钥放在哪个文件，如另一个磁盘上的")
    ] = None,
) -> None:
    """建立镇服务器：密钥、证书和空的加密数据库。"""
    server.init(data, name, host or [], database, key)
    typer.echo(f"已在 {data} 建立{name}的服务器。请把密钥文件 *.key 另存一份到安全的地方。")
    if database:
        typer.echo(
            "数据在 PostgreSQL 里，请把它放在加密的磁盘上。数据库口令没有保存，"
            "运行时从环境变量 PGPASSWORD 或文件 ~/.pgpass 取。"
        )


@township.command("run")
def server_run(
    data: Data,
    host: Annotated[str, typer.Option("--host", help="监听的地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="端口")] = 8443,
    plain: Annotated[bool, typer.Option("--plain", help="不加密，只许本机访问")] = False,
    database: Database = None,
) -> None:
    """运行镇服务器，直到按 Ctrl+C。"""
    server.run(
        data,
        host,
        port,
        encrypted=not plain,
        ready=lambda url: typer.echo(f"服务器地址 {url}"),
        database=database,
    )


@township.command("enrol")
def server_enrol(
    data: Data,
    logins: Annotated[list[str], typer.Argument(help="使用这台笔记本的干部的登录名")],
    as_json: AsJson = False,
) -> None:
    """给一台新笔记本发一次性登记码。"""
    code = server.enrol(data, logins)
    say(f"登记码 {code}，只能用一次。请当面交给本人。", {"code": code}, as_json)


@township.command("revoke")
def server_revoke(data: Data, number: Annotated[int, typer.Argument(help="笔记本编号")]) -> None:
    """停用丢失的笔记本：它再也收不到任何内容，下次联网时自己锁上。"""
    server.revoke(data, number)
    typer.echo(
        f"已停用 {number} 号笔记本。找回以后给本人发新的登记码，在那台笔记本上重新登记，"
        "没有上报的内容会接着上报。"
    )


@township.command("devices")
def server_devices(data: Data, as_json: AsJson = False) -> None:
    """列出已登记的笔记本。"""
    found = server.devices(data)
    lines = [
        f"{d['number']} 号　登记于 {d['enrolled_at']}　{'已停用' if d['revoked_at'] else '在用'}"
        for d in found
    ]
    say("\n".join(lines) or "还没有登记过笔记本。", {"devices": found}, as_json)


township.command("refused")(refused)


@township.command("minimum")
def server_minimum(
    data: Data,
    schema: Annotated[
        int, typer.Option("--schema", min=1, help="笔记本程序的数据版本至少要到几；1 为不限")
    ],
) -> None:
    """要求笔记本先升级程序才能接收数据；上报随时都收。"""
    server.minimum(data, schema)
    typer.echo(f"已设定：数据版本 {schema} 以上的程序才能接收数据。上报不受影响。")


@township.command("backup")
def server_backup(
    data: Data,
    place: Annotated[
        Path, typer.Option("--to", help="新的文件夹，或放备份的文件夹；最好在另一个磁盘上")
    ],
    seal_to: Annotated[
        str | None, typer.Option("--seal-to", help="加密给离线密钥（server backup-key 显示的一行）")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """备份镇服务器（不用停止它）：数据、密钥、证书和设置。"""
    made, text = server.backup(data, place, seal_to)
    say(text, {"folder": str(made)}, as_json)


@township.command("restore")
def server_restore(
    data: Data,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="server backup 做的备份；不填：数据库已用别的办法恢复好"),
    ] = None,
    database: Database = None,
    key: Annotated[Path | None, typer.Option("--key", help="打开加密备份的离线密钥文件")] = None,
    as_json: AsJson = False,
) -> None:
    """从备份恢复镇服务器（先停止它）；各笔记本下次同步时补齐它缺的内容。"""
    done = server.restore(data, source, database, key)
    lines = [
        f"已恢复。被替换的数据库保留为 {done['kept']}。" if done["kept"] else "已恢复。",
        "现在可以启动镇服务器。每台笔记本下次同步时会自动核对，并把镇里缺的改动重新上报。",
        "备份以后登记的笔记本要重新登记，没有用过的登记码作废，镇里在备份以后做的设置要再做一次。",
    ]
    if done["revoked"] is None:
        lines.append("备份以后停用过的笔记本，请用 server revoke 再停用一次。")
    say("\n".join(lines), done, as_json)


@township.command("bundle")
def server_bundle(
    source: Annotated[Path, typer.Argument(metavar="IN", help="笔记本的上报文件（.lxq）")],
    place: Annotated[Path, typer.Argument(metavar="OUT", help="答复写到哪个文件夹或文件")],
    data: Data,
    as_json: AsJson = False,
) -> None:
    """读入一台笔记本用U盘带来的上报文件，并写出给它的答复。"""
    say(*sticks.answer_at_township(data, source, place), as_json)


@history.command("verify")
def audit_verify(
    data: Data,
    held: Annotated[
        list[str] | None,
        typer.Option("--held", help="笔记本持有的凭据（audit held 的输出），可多次"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """核查镇服务器的全部历史：有没有被改动、删减或补写。"""
    found = audits.verify(data, held or [], lambda seq: say_step(f"已核查 {seq} 条"))
    wrong, fine = found.finding, f"共 {found.size} 条，没有被改动。历史根 {found.root.hex()}"
    where = f"第 {wrong.seq} 条：" if wrong and wrong.seq else ""
    text = f"历史不可信。{where}{wrong.text}。" if wrong else fine + audits.erased(found)
    answer = {"size": found.size, "root": found.root.hex(), "fits": wrong is None}
    answer["erased"] = list(found.erased)
    say(text, answer | ({"seq": wrong.seq, "problem": wrong.text} if wrong else {}), as_json)
    if wrong:
        raise typer.Exit(1)


@history.command("held")
def audit_held(folder: Folder, login: Login, password: Password, as_json: AsJson = False) -> None:
    """显示本机持有的历史凭据，交给管理员核查。"""
    with laptops.opened(folder, login, password, shut=True) as laptop:
        found = audits.held(laptop)
    say(found or "还没有同步过，没有凭据。", {"held": found}, as_json)


@app.command("backup")
def backup(folder: Folder, login: Login, password: Password, as_json: AsJson = False) -> None:
    """现在备份一次（备份文件同样加密）。"""
    with laptops.opened(folder, login, password, shut=True) as laptop:
        made = backups.make(laptop)
    say(f"已备份到 {made}", {"file": str(made)}, as_json)


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(help="备份文件")],
    folder: Folder,
    login: Login,
    password: Password,
    as_json: AsJson = False,
) -> None:
    """用一份备份替换本机数据；原来的文件保留在旁边。"""
    kept = backups.restore(folder, login, password, file)
    text = f"已恢复。原来的文件保留为 {kept}" if kept else "已恢复。"
    say(text, {"restored": str(file), "kept": str(kept) if kept else None}, as_json)


@app.command("doctor")
def doctor_(
    folder: Annotated[Path | None, typer.Option("--folder", help="数据文件夹")] = None,
    as_json: AsJson = False,
) -> None:
    """检查本机能否运行连心桥，并说明怎样补救。"""
    findings = doctor.examine(folder)
    lines = [f"{'正常' if f.fine else '有问题'}  {f.subject}：{f.text}" for f in findings]
    say("\n".join(lines), {"findings": [f.as_dict() for f in findings]}, as_json)
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)
