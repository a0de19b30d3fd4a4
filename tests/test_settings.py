"""config.toml: what it may say, and how every mistake in it is told."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.loader import load_explanations, settings_problems
from bot.core.survey import LANGUAGES
from bot.settings import Settings, Span, Weekly
from bot.settings.reading import Loaded, load, read
from bot.settings.secret import NAMES, Secrets

ROOT = Path(__file__).parents[1]


def configured(text: str, folder: Path = Path("/srv/tingwen"), **environment: str) -> Loaded:
    return read(text, file="config.toml", folder=folder, environment=environment)


def faults(loaded: Loaded) -> list[tuple[str, str]]:
    return [(problem.key, problem.fault) for problem in loaded.problems]


# The file that comes along


def uncommented(text: str) -> str:
    """Every commented key and section, in force; the prose (`# …`) stays a comment."""
    return re.sub(r"^#(?=[\[a-z])", "", text, flags=re.MULTILINE)


def written_keys(text: str) -> set[str]:
    """`office.name`, `units[].id` and so on, as they are documented."""
    keys: set[str] = set()
    section = ""
    for line in uncommented(text).splitlines():
        if found := re.match(r"\[\[([\w.]+)\]\]", line):
            section = f"{found[1]}[]"
        elif found := re.match(r"\[([\w.]+)\]", line):
            section = found[1]
        elif found := re.match(r"(\w+) = ", line):
            keys.add(f"{section}.{found[1]}")
    return keys


def test_the_config_that_comes_along_says_nothing_and_is_valid():
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    loaded = load(ROOT / "config.toml", {})

    assert all(not line or line.startswith("#") for line in text.splitlines())
    assert loaded.usable
    assert faults(loaded) == []
    assert settings_problems(loaded.settings) == ()


def test_every_line_of_it_may_be_put_in_force():
    loaded = configured(uncommented((ROOT / "config.toml").read_text(encoding="utf-8")))

    assert faults(loaded) == []
    assert settings_problems(loaded.settings) == ()
    assert len(loaded.settings.units) == 3
    assert loaded.settings.rounds[0].survey == "kunshan"


def test_every_default_written_there_is_the_default():
    text = uncommented((ROOT / "config.toml").read_text(encoding="utf-8"))
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    examples = ("[[", "[holidays")
    plain = "".join(section for section in sections if not section.startswith(examples))

    assert configured(plain).settings == configured("").settings


def test_every_known_key_is_documented():
    """A key that is not known is told those that are; that list is compared with what stands in the file."""
    documented = written_keys((ROOT / "config.toml").read_text(encoding="utf-8"))
    sections = {key.rpartition(".")[0] for key in documented}
    assert sections >= {"office", "units[]", "groups.own[]", "holidays.2027"}

    known: set[str] = {
        f"{section}.{key}" for section in sections for key in known_keys(section)
    }
    assert known - tables_inside == documented


tables_inside = {"groups.own"}


def known_keys(section: str) -> list[str]:
    header = f"[[{section.removesuffix('[]')}]]" if section.endswith("[]") else f"[{section}]"
    (problem,) = (
        problem
        for problem in configured(f"{header}\nxyzzy = 1\n").problems
        if problem.fault == "unknown_key"
    )
    return dict(problem.facts)["known"].split(", ")


def test_every_section_is_documented():
    (problem,) = configured("[xyzzy]").problems
    sections = set(dict(problem.facts)["known"].split(", "))
    documented = written_keys((ROOT / "config.toml").read_text(encoding="utf-8"))

    assert sections == {re.split(r"[.\[]", key)[0] for key in documented}


def test_every_secret_is_documented():
    text = (ROOT / "config.toml").read_text(encoding="utf-8")

    assert all(name in text for name in NAMES.values())


# What is read


def test_an_empty_file_is_complete():
    settings = configured("").settings

    assert settings.office.close == Weekly(weekday=4, at=time(15))
    assert settings.storage.url == "sqlite+aiosqlite:////srv/tingwen/var/data/tingwen.db"
    assert settings.storage.data_dir == Path("/srv/tingwen/var/data")
    assert settings.storage.key_dir == Path("/srv/tingwen/var/keys")
    assert settings.web.host == "127.0.0.1"
    assert settings.groups.preset == "five"


def test_a_relative_path_starts_at_the_files_folder_and_an_absolute_one_stays():
    text = '[storage]\nurl = "sqlite+aiosqlite:////data/t.db?timeout=5"\nkey_dir = "/keys"'
    storage = configured(text).settings.storage

    assert storage.url == "sqlite+aiosqlite:////data/t.db?timeout=5"
    assert storage.data_dir == Path("/data")
    assert storage.place == Path("/data/t.db")
    assert storage.key_dir == Path("/keys")


@pytest.mark.parametrize(
    "url",
    ["sqlite+aiosqlite:///:memory:", "postgresql+asyncpg://tingwen@db.example.org/tingwen"],
)
def test_other_databases_are_left_as_they_are(url: str):
    storage = configured(f'[storage]\nurl = "{url}"').settings.storage

    assert storage.url == url
    held = Path("/srv/tingwen/var/data/tingwen.db")
    assert storage.place == (url if url.startswith("postgresql") else held)
    assert storage.data_dir == Path("/srv/tingwen/var/data")


ROUND = '[[rounds]]\nid = "r"\nsurvey = "kunshan"\n'
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("window", "opens", "closes"),
    [
        (
            "opens = 2027-03-01\ncloses = 2027-03-02",
            datetime(2027, 3, 1, tzinfo=SHANGHAI),
            datetime(2027, 3, 3, tzinfo=SHANGHAI),
        ),
        (
            'opens = "2027-03-01 08:00"\ncloses = "2027-03-01"',
            datetime(2027, 3, 1, 8, tzinfo=SHANGHAI),
            datetime(2027, 3, 2, tzinfo=SHANGHAI),
        ),
        (
            "opens = 2027-03-01T08:00:00\ncloses = 2027-03-01T09:00:00Z",
            datetime(2027, 3, 1, 8, tzinfo=SHANGHAI),
            datetime(2027, 3, 1, 9, tzinfo=UTC),
        ),
    ],
)
def test_a_round_closes_as_its_last_day_ends(window: str, opens: datetime, closes: datetime):
    loaded = configured(ROUND + window)

    assert faults(loaded) == []
    assert (loaded.settings.rounds[0].opens, loaded.settings.rounds[0].closes) == (
        opens,
        closes,
    )


def test_everything_a_unit_may_say():
    unit = configured(
        '[[units]]\nid = "yz"\nname = "第一中学"\nalso = ["一中"]\nheadcount = {teacher = 38}'
    ).settings.units[0]

    assert (unit.unit.name, unit.unit.also, unit.headcount) == (
        "第一中学",
        ("一中",),
        {"teacher": 38},
    )


def test_hours_may_pass_midnight():
    quiet = configured('[quiet]\noffice = ["22:00-06:00"]').settings.quiet

    assert quiet.office == (Span(start=time(22), end=time(6)),)


def test_days_of_reminding_are_numbers_of_days():
    calendar = configured("[calendar]\nbefore = [7, 2]\nafter = []").settings.calendar
    assert (calendar.before, calendar.after, calendar.entries) == ((7, 2), (), (1, 0))


def test_holidays_belong_to_their_year():
    loaded = configured(
        '[holidays.2027]\noff = [2027-01-01, "2027-01-02"]\nwork = [2027-01-03]'
    )
    holidays = loaded.settings.holidays[0]

    assert holidays.off == {date(2027, 1, 1), date(2027, 1, 2)}
    assert holidays.work == {date(2027, 1, 3)}


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [("0.0.0.0:80", "0.0.0.0", 80), ("[::1]:8750", "::1", 8750)],
)
def test_the_listener_takes_host_and_port(listen: str, host: str, port: int):
    web = configured(f'[web]\nlisten = "{listen}"').settings.web

    assert (web.host, web.port) == (host, port)


# What is told

UNIT = '[[units]]\nid = "a"\nname = "A"\n'

MISTAKES = [
    ("[office", "", "not_toml"),
    ("[office]\nnmae = 'x'", "office.nmae", "unknown_key_near"),
    ("[office]\nxyzzy = 1", "office.xyzzy", "unknown_key"),
    ("office = 1", "office", "not_table"),
    ("[office]\nname = 1", "office.name", "not_text"),
    ("[office]\ntimezone = 'Asia/Peking'", "office.timezone", "bad_zone"),
    ("[office]\ntimezone = '../etc/passwd'", "office.timezone", "bad_zone"),
    ("[office]\ntimezone = 8", "office.timezone", "bad_zone"),
    ("[office]\nclose = 'Funday 15:00'", "office.close", "bad_weekly"),
    ("[office]\nclose = 'Fri 25:00'", "office.close", "bad_clock"),
    ("[office]\nclose = 'Fri'", "office.close", "bad_clock"),
    ("[office]\nreview_until = '14:00'", "office.review_until", "review_before_close"),
    ("[storage]\nurl = 'mysql://x/y'", "storage.url", "bad_database"),
    ("[storage]\nurl = 'sqlite+aiosqlite://x'", "storage.url", "bad_database"),
    ("[storage]\nurl = 'postgresql+asyncpg://h'", "storage.url", "bad_database"),
    ("[storage]\nurl = 'postgresql+asyncpg://u:p@h/d'", "storage.url", "password_in_url"),
    ("[storage]\nkey_dir = 'var/data/keys'", "storage.key_dir", "keys_beside_data"),
    ("[storage]\nkey_dir = 'var/data'", "storage.key_dir", "keys_beside_data"),
    ("[storage]\nurl = 'sqlite+aiosqlite:///t.db'", "storage.key_dir", "keys_beside_data"),
    ("[storage]\nmaster_key = 'x'", "storage.master_key", "secret_in_file"),
    ("[content]\nsurveys = 'nowhere'", "content.surveys", "no_folder"),
    ("[[groups.own]]\nid = 'x'\nzh = '护'", "groups.own[1].en", "missing"),
    ("[[groups.own]]\nid = 'x'\nzh = ' '\nen = 'X'", "groups.own[1].zh", "empty"),
    (
        "[[groups.own]]\nid='x'\nzh='护'\nen='X'\naudience='y'",
        "groups.own[1].audience",
        "not_among",
    ),
    (f"[[groups.own]]\nid='x'\nzh='护'\nen='{'X' * 21}'", "groups.own[1].en", "label_too_long"),
    (
        f"[[groups.own]]\nid='x'\nzh='{'😀' * 16}'\nen='X'",
        "groups.own[1].zh",
        "label_too_heavy",
    ),
    ("[groups]\nown = 1", "groups.own", "not_tables"),
    ("[groups]\nown = [1]", "groups.own", "not_tables"),
    (UNIT + UNIT, "units[2].id", "repeated"),
    ("[[units]]\nid = 'a-b'\nname = 'A'", "units[1].id", "bad_id"),
    (UNIT + "parent = 'b'", "units[1].parent", "unknown_unit"),
    (UNIT + "parent = 'a'", "units[1].parent", "unit_circle"),
    (UNIT + "headcount = {x = -1}", "units[1].headcount.x", "out_of_range"),
    (UNIT + "headcount = {x = true}", "units[1].headcount.x", "not_number"),
    (UNIT + "also = 'b'", "units[1].also", "not_texts"),
    (UNIT + "also = ['b', 1]", "units[1].also", "not_texts"),
    (ROUND + "closes = 2027-01-01", "rounds[1].opens", "missing"),
    (
        ROUND + "opens = 2027-01-02\ncloses = 2027-01-01",
        "rounds[1].closes",
        "closes_before_opens",
    ),
    (ROUND + "opens = 'soon'\ncloses = 2027-01-01", "rounds[1].opens", "bad_moment"),
    (
        ROUND + "opens = 2027-01-01\ncloses = 2027-01-02\nunits = ['x']",
        "rounds[1].units",
        "unknown_unit",
    ),
    (
        ROUND + "opens = 2027-01-01\ncloses = 2027-01-02\nreminders = 3",
        "rounds[1].reminders",
        "out_of_range",
    ),
    ("[[leaders]]\nname = 'Z'\nunit = 'x'", "leaders[1].unit", "unknown_unit"),
    (
        "[[leaders]]\nname = 'Z'\nresponsible = true\n" * 2,
        "leaders[2].responsible",
        "two_responsible",
    ),
    ("[quiet]\nstaff = ['8-9']", "quiet.staff", "bad_clock"),
    ("[quiet]\nstaff = ['08:00-08:00']", "quiet.staff", "bad_span"),
    ("[quiet]\nstaff = ['08:00']", "quiet.staff", "bad_span"),
    ("[quiet]\nstaff = '08:00-09:00'", "quiet.staff", "bad_span"),
    ("[calendar]\nbefore = [3, 99]", "calendar.before", "bad_day_counts"),
    ("[calendar]\nbefore = ['3']", "calendar.before", "bad_day_counts"),
    ("[calendar]\nafter = 3", "calendar.after", "bad_day_counts"),
    ("[holidays.next]\noff = []", "holidays.next", "bad_year"),
    ("[holidays.2027]\noff = [2026-12-31]", "holidays.2027.off", "day_of_other_year"),
    ("[holidays.2027]\noff = ['2027-02-29']", "holidays.2027.off", "bad_day"),
    (
        "[holidays.2027]\noff = [2027-01-01]\nwork = [2027-01-01]",
        "holidays.2027.work",
        "day_twice",
    ),
    ("[people]\nopen = 'yes'", "people.open", "not_flag"),
    ("[people]\nheadcounts = 'nowhere.xlsx'", "people.headcounts", "no_file"),
    ("[telegram]\ntoken = '1:a'", "telegram.token", "secret_in_file"),
    ("[telegram]\nmode = 'push'", "telegram.mode", "not_among"),
    ("[telegram]\napi_base_url = 'https://x/bot'", "telegram.api_base_url", "bad_base_url"),
    ("[telegram]\napi_base_url = 'https://[x'", "telegram.api_base_url", "bad_base_url"),
    ("[telegram]\nmode = 'webhook'", "telegram.mode", "webhook_nowhere"),
    ("[wecom]\nagent_id = 1", "wecom.corp_id", "wecom_half"),
    ("[web]\nlisten = '8750'", "web.listen", "bad_listen"),
    ("[web]\nlisten = 'h:99999'", "web.listen", "bad_listen"),
    ("[web]\npublic_url = 'tingwen.example.org'", "web.public_url", "bad_public_url"),
    ("[mail]\nhost = 'h'", "mail.sender", "no_sender"),
    ("[mail]\nhost = 'h'\nuser = 'u'\nsender = 'a@b'", "mail.user", "secret_missing"),
    ("[mail]\nsender = 'nobody'", "mail.sender", "bad_mail"),
    ("[mail]\npassword = 'x'", "mail.password", "secret_in_file"),
    ("[digest]\nrecipients = 'a@b'", "digest.recipients", "bad_mail"),
    ("[digest]\nrecipients = ['a b@c']", "digest.recipients", "bad_mail"),
]


@pytest.mark.parametrize(("text", "key", "fault"), MISTAKES)
def test_a_mistake_is_told_once_where_it_stands(text: str, key: str, fault: str):
    loaded = configured(text)

    assert faults(loaded) == [(key, fault)]


@pytest.mark.parametrize(("text", "key", "fault"), MISTAKES)
def test_every_mistake_can_be_said_in_both_languages(text: str, key: str, fault: str):
    words = load_explanations()
    for problem in configured(text).problems:
        for language in LANGUAGES:
            assert words.say(language, f"{fault}.reason", **dict(problem.facts))
            assert words.say(language, f"{fault}.remedy", **dict(problem.facts))


def test_all_mistakes_are_told_in_one_go():
    separate = [
        case for case in MISTAKES if case[0].startswith(("[people]\nopen", "[mail]\nsender"))
    ]
    together = configured("\n".join(text for text, _, _ in separate))

    assert faults(together) == [("people.open", "not_flag"), ("mail.sender", "bad_mail")]


def test_what_is_wrong_has_its_default_and_the_rest_stands():
    settings = configured('[office]\nname = "江城"\nclose = "x"\n[web]\nlisten = 1').settings

    assert settings.office.name == "江城"
    assert settings.office.close == configured("").settings.office.close
    assert settings.web == configured("").settings.web


def test_a_circle_of_three_is_told_at_each_of_them():
    text = "".join(
        f'[[units]]\nid = "{id}"\nname = "{id}"\nparent = "{parent}"\n'
        for id, parent in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    )

    assert faults(configured(text)) == [
        (f"units[{n}].parent", "unit_circle") for n in (1, 2, 3)
    ]


def test_a_long_wrong_value_is_repeated_only_in_part():
    (problem,) = configured(f'[office]\nclose = "{"x" * 500}"').problems

    assert len(dict(problem.facts)["value"]) < 80


def test_a_password_in_the_file_is_never_repeated():
    text = (
        '[storage]\nurl = "mysql://root:hunter2@h/d"\n[telegram]\ntoken = "hunter2"\n'
        '[mail]\npasswrd = "hunter2"\n[wecom]\nsecret = ["hunter2"]'
    )
    loaded = configured(text)

    assert len(loaded.problems) == 4
    assert "hunter2" not in repr(loaded)


# The file itself


def test_a_missing_file_is_told_with_defaults_for_everything(tmp_path: Path):
    loaded = load(tmp_path / "config.toml", {})

    assert faults(loaded) == [("", "unreadable")]
    assert isinstance(loaded.settings, Settings)
    assert not loaded.usable


def test_a_file_in_another_encoding_is_told(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_bytes('[office]\nname = "教育局"'.encode("gb18030"))

    assert faults(load(path, {})) == [("", "not_utf8")]


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_bytes('\ufeff[office]\r\nname = "教育局"\r\n'.encode())

    assert load(path, {}).settings.office.name == "教育局"


def test_folders_are_found_beside_the_file(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    path = tmp_path / "config.toml"
    path.write_text('[content]\nsurveys = "mine"', encoding="utf-8")

    assert load(path, {}).settings.content.surveys == tmp_path / "mine"


def test_keys_behind_a_link_into_the_data_folder_are_found(tmp_path: Path):
    (tmp_path / "var" / "data" / "k").mkdir(parents=True)
    (tmp_path / "var" / "keys").symlink_to(tmp_path / "var" / "data" / "k")

    assert faults(configured("", tmp_path)) == [("storage.key_dir", "keys_beside_data")]


# Secrets


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path):
    (tmp_path / "token").write_text("  123:abc\n", encoding="utf-8")
    loaded = configured(
        "", tmp_path, TINGWEN_TELEGRAM_TOKEN_FILE="token", TINGWEN_SMTP_PASSWORD="hunter2"
    )

    assert loaded.secrets == Secrets(telegram_token="123:abc", smtp_password="hunter2")
    assert faults(loaded) == []


def test_secrets_show_nothing():
    loaded = configured("", TINGWEN_MASTER_KEY="hunter2")

    assert loaded.secrets.master_key == "hunter2"
    assert "hunter2" not in f"{loaded} {loaded.secrets!s} {loaded.secrets!r}"


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"TINGWEN_SMTP_PASSWORD_FILE": "nowhere"}, "secret_unreadable"),
        ({"TINGWEN_SMTP_PASSWORD_FILE": "empty"}, "secret_empty"),
        ({"TINGWEN_SMTP_PASSWORD_FILE": "empty", "TINGWEN_SMTP_PASSWORD": "x"}, "secret_twice"),
        ({"TINGWEN_WECOM_AES_KEY": "hunter2"}, "bad_wecom_aes_key"),
        ({"TINGWEN_WECOM_TOKEN": "hunter 2"}, "bad_wecom_token"),
    ],
)
def test_what_is_wrong_with_a_secret_is_told_without_it(
    environment: dict[str, str], fault: str, tmp_path: Path
):
    (tmp_path / "empty").touch()
    loaded = configured("", tmp_path, **environment)
    words = load_explanations()
    (problem,) = loaded.problems
    said = [words.say(n, f"{fault}.reason", **dict(problem.facts)) for n in LANGUAGES]

    assert problem.fault == fault
    assert "hunter" not in "".join(said)


WECOM = {
    "TINGWEN_WECOM_SECRET": "s",
    "TINGWEN_WECOM_TOKEN": "t",
    "TINGWEN_WECOM_AES_KEY": "k" * 43,
}


@pytest.mark.parametrize("missing", WECOM)
def test_wecom_needs_each_of_its_secrets(missing: str):
    given = {name: value for name, value in WECOM.items() if name != missing}
    text = "[wecom]\ncorp_id = 'ww1'\nagent_id = 1000002"
    (problem,) = configured(text, **given).problems

    assert (problem.fault, dict(problem.facts)) == ("secret_missing", {"name": missing})
    assert configured(text, **WECOM).problems == ()


def test_wecoms_corp_id_alone_is_half_of_it():
    assert faults(configured("[wecom]\ncorp_id = 'ww1'", **WECOM)) == [
        ("wecom.agent_id", "wecom_half")
    ]


def test_an_environment_without_secrets_is_fine():
    assert configured("").secrets == Secrets()


def test_a_round_is_as_long_as_it_says():
    loaded = configured(ROUND + "opens = 2027-03-01\ncloses = 2027-03-01")
    planned = loaded.settings.rounds[0]

    assert planned.closes - planned.opens == timedelta(days=1)
