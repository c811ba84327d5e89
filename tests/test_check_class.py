"""A class: what is graded and what is told, the page about it, odd files, and runs that are ended in the middle."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cnncalc.cli.app import app
from cnncalc.homework.class_files import ClassFiles
from cnncalc.homework.classes import Job, find_files, load_grader, namesakes
from cnncalc.homework.workers import grade_files
from cnncalc.language import speaking
from cnncalc.render.check import cell
from cnncalc.render.check_class import mean_text

HOMEWORK = """title: Homework <3> & more
questions:
  - {id: shape, input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: output, points: 2}
  - {id: count, input: 3x227x227, layer: {conv: {K: 96, F: 11, S: 4}}, ask: params, points: 3}
  - {id: table, architecture: lenet5, table: [output, params], rows: [c1, s2], points: 4}
"""
"""AlexNet's first layer: 96×55×55 and (11·11·3 + 1)·96 = 34,944 parameters; without the 96 biases 34,848.
LeNet-5 (LeCun et al. 1998): C1 6×28×28 with 156 parameters, S2 6×14×14."""
RIGHT = """student: {student}
answers:
  shape: 96x55x55
  count: {count}
  table: {{c1: {{output: 6x28x28, params: 156}}, s2: {{output: 6x14x14, params: 0}}}}
"""


@pytest.fixture
def homework(tmp_path):
    """An assignment, and a folder for answers beside it."""
    (tmp_path / "hw.yaml").write_text(HOMEWORK)
    (tmp_path / "in").mkdir()
    return tmp_path


def hand_in(homework: Path, name: str, student: str = "ana", count: str = "34944") -> Path:
    path = homework / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RIGHT.format(student=json.dumps(student), count=count), encoding="utf-8")
    return path


def check(homework: Path, *words: str):
    named = ["check", str(homework / "in"), "-a", str(homework / "hw.yaml"), "-o", str(homework / "out"), *words]
    return CliRunner().invoke(app, named)


def grades(homework: Path) -> dict[str, dict[str, str]]:
    """The rows of grades.csv by the names of their files."""
    with (homework / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {os.path.relpath(row["file"], homework / "in"): row for row in csv.DictReader(file)}


def written(homework: Path) -> dict[str, bytes]:
    out = homework / "out"
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


# Grades, and what is told of files


def test_grades_and_statistics(homework):
    hand_in(homework, "ana.yaml")
    hand_in(homework, "b/beto.yaml", "beto", "34848")
    hand_in(homework, "b/ceci.yaml", "ceci", "34,848")
    hand_in(homework, "dario.yml", "dario", "nothing")
    (homework / "in" / "eva.yaml").write_text("answers: [\n")
    found = check(homework)
    assert found.exit_code == 0
    rows = grades(homework)
    assert {name: row["points"] for name, row in rows.items()} == {
        "ana.yaml": "9",
        "dario.yml": "6",
        "eva.yaml": "0",
        "b/beto.yaml": "6",
        "b/ceci.yaml": "6",
    }
    assert {row["max_points"] for row in rows.values()} == {"9"}
    for row in rows.values():
        assert Decimal(row["points"]) == sum(Decimal(row[name]) for name in ("shape", "count", "table"))
    assert [name for name, row in rows.items() if row["remark"]] == ["eva.yaml"]
    assert rows["eva.yaml"]["remark"].startswith("can't be read: ")
    assert (homework / "out" / "grades.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    document = json.loads((homework / "out" / "statistics.json").read_text())
    assert (document["students"], document["mean"], document["max_points"]) == (5, 5.4, 9.0)
    count = next(item for item in document["items"] if item["id"] == "count")
    # eva's file and dario's word can't be read; two forgot the bias, however they wrote the number.
    assert count["verdicts"] == {"unreadable": 2, "wrong": 2, "correct": 1}
    assert count["misconceptions"]["bias-forgotten"] == 2
    assert count["given"] == {"34848": 2, "nothing": 1}
    assert (count["points"], count["max_points"]) == (0.6, 3.0)
    assert "5 students, 5.40 of 9 points on average" in found.stdout
    assert "eva.yaml can't be read" in found.stderr


def test_again_gives_the_same_and_mends_what_is_broken(homework):
    hand_in(homework, "ana.yaml")
    hand_in(homework, "beto.yaml", "beto", "34848")
    check(homework)
    first = written(homework)
    (homework / "out" / "students" / "ana.json").write_text('{"student": "half')
    check(homework)
    assert written(homework) == first


def test_a_student_whom_two_files_name_is_told(homework):
    hand_in(homework, "1.yaml", "Jos\u00e9  P\u00e9rez")
    hand_in(homework, "2.yaml", "JOSE\u0301 pe\u0301rez")
    hand_in(homework, "3.yaml", "Jose Perez")
    found = check(homework)
    assert "2 files name the student José  Pérez" in found.stderr
    assert [bool(row["remark"]) for row in grades(homework).values()] == [True, True, False]


def test_files_that_are_not_read_are_told(homework):
    hand_in(homework, "ana.YAML")
    (homework / "in" / "beto.docx").write_text("hello")
    (homework / "in" / ".hidden.yaml").write_text("hello")
    (homework / "in" / ".git").mkdir()
    (homework / "in" / "linked").symlink_to(homework, target_is_directory=True)
    found = check(homework)
    assert list(grades(homework)) == ["ana.YAML"]
    assert "beto.docx was not looked at: only .yaml and .yml files are read" in found.stderr
    assert "linked was not looked at: a link to a folder is not followed" in found.stderr
    assert "hidden" not in found.stderr


def test_a_link_takes_nobody_s_answers_away(homework):
    beto = hand_in(homework, "beto.yaml", "beto")
    (homework / "in" / "ana.yaml").symlink_to(beto)
    found = check(homework)
    assert list(grades(homework)) == ["ana.yaml", "beto.yaml"]
    assert "2 files name the student beto" in found.stderr


def test_each_file_once_and_the_assignment_never(homework):
    ana = hand_in(homework, "ana.yaml")
    found = find_files([str(homework), str(ana), str(homework / "in")], but=str(homework / "hw.yaml"))
    assert found.files == [str(ana)]


@pytest.mark.parametrize(
    "words",
    [["-f", "gradescope"], ["-f", "github-classroom"], ["--fail-under", "101%"], ["-a", ""], ["--report", "no/x.html"]],
)
def test_what_a_class_can_not_have(homework, words):
    hand_in(homework, "ana.yaml")
    assert check(homework, *words).exit_code == 2
    assert not (homework / "out" / "grades.csv").exists()


def test_no_answers(homework):
    (homework / "in" / "ana.txt").write_text("96x55x55")
    found = check(homework)
    assert found.exit_code == 2
    assert "ana.txt was not looked at" in found.stderr


def test_a_folder_that_is_not_there(homework):
    ana = hand_in(homework, "ana.yaml")
    words = ["check", str(ana), str(homework / "inn"), "-a", str(homework / "hw.yaml"), "-o", str(homework / "out")]
    found = CliRunner().invoke(app, words)
    assert found.exit_code == 2
    assert "no such file or directory" in found.stderr
    assert not (homework / "out").exists()


@pytest.mark.parametrize("option", ["--output", "--report"])
def test_what_can_not_be_written(homework, option):
    hand_in(homework, "ana.yaml")
    (homework / "folder").mkdir()
    place = homework / ("folder" if option == "--report" else "hw.yaml")
    found = check(homework, option, str(place))
    assert found.exit_code == 2
    assert option in found.stderr
    assert "cannot write" in found.stderr
    assert ".part" not in found.stderr
    assert (homework / "hw.yaml").read_text() == HOMEWORK


def test_fail_under(homework):
    hand_in(homework, "ana.yaml")
    hand_in(homework, "beto.yaml", "beto", "34848")
    # 15 of 18 points are 83.3…%.
    assert [check(homework, "--fail-under", part).exit_code for part in ("83.3%", "83.4%")] == [0, 1]


# What a student typed never becomes a formula, in a spreadsheet with commas or with semicolons.
@pytest.mark.parametrize("text", ["=1+1", " =1+1", "+1", "-1", "@SUM(A1)", "a;=1+1", 'a; "=1+1', "a;\t=1+1", "＝1"])
def test_no_formula(text):
    shown = cell(text)
    for part in shown.split(";"):
        assert not re.match(r'[\s"]*[=+\-@＝＋－＠]', part)


@pytest.mark.parametrize("text", ["ana", "3x4", "a-b", "José; Pérez"])
def test_words_stay_as_they_are(text):
    assert cell(text) == text


# 4.835 is 4.84 everywhere, and not once 4.83.
@pytest.mark.parametrize(
    ("points", "text"),
    [(Fraction(967, 200), "4.84"), (Fraction(27, 5), "5.40"), (Fraction(0), "0"), (Fraction(2, 3), "0.67")],
)
def test_points_on_average(points, text):
    assert mean_text(points) == text


# Odd files


def odd_files(folder: Path) -> dict[str, str]:
    """Files of every kind but answers, by name, with a word of what is told of each."""
    (folder / "a-folder.yaml").mkdir()
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "gone.yaml").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "large.yaml").write_bytes(b"answers: {a: 1}\n" * 300_000)
    (folder / "binary.yaml").write_bytes(bytes(range(256)) * 50)
    (folder / "empty.yaml").write_bytes(b"")
    (folder / "deep.yaml").write_text("answers: " + "[" * 5000)
    (folder / "bomb.yaml").write_text(
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi"))
    )
    return {
        "loop.yaml": "link",
        "gone.yaml": "no such file",
        "pipe.yaml": "pipe",
        "large.yaml": "bytes",
        "binary.yaml": "",
        "empty.yaml": "empty",
        "deep.yaml": "",
        "bomb.yaml": "",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize("many", [False, True])
def test_odd_files_stop_nothing(homework, many):
    odd = odd_files(homework / "in")
    hand_in(homework, "ana.yaml")
    for number in range(120 if many else 0):
        hand_in(homework, f"n/{number}.yaml", str(number))
    found = check(homework)
    assert found.exit_code == 0
    rows = grades(homework)
    assert {name: row["points"] for name, row in rows.items() if name not in odd} == {
        "ana.yaml": "9",
        **{f"n/{number}.yaml": "9" for number in sorted(map(str, range(120 if many else 0)))},
    }
    for name, word in odd.items():
        assert rows[name]["points"] == "0"
        assert word in rows[name]["remark"]
        assert rows[name]["remark"].startswith("can't be read: ")


def test_a_folder_that_is_very_deep(homework):
    for depth in range(100, 1600, 100):  # the functions that make folders call themselves for each one
        os.makedirs(homework / "in" / ("d/" * depth), exist_ok=True)
    ana = homework / "in" / ("d/" * 1500) / "ana.yaml"
    ana.write_text(RIGHT.format(student="ana", count=34944))
    found = check(homework)
    ana.unlink()
    os.removedirs(ana.parent)  # those that remove folders do, too
    assert found.exit_code == 0
    assert len(grades(homework)) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden here")
def test_what_may_not_be_read(homework):
    hand_in(homework, "ana.yaml")
    hand_in(homework, "beto.yaml", "beto").chmod(0)
    (homework / "in" / "shut").mkdir(mode=0)
    found = check(homework)
    (homework / "in" / "shut").chmod(0o700)
    assert found.exit_code == 0
    assert "permission denied" in grades(homework)["beto.yaml"]["remark"]
    assert "shut was not looked at: permission denied" in found.stderr


NAMES = [
    "ana.yaml",
    "ana.yml",
    "Ana.yaml",
    "ANA.yaml",
    "ana.json/x.yaml",
    "ana.json.part/x.yaml",
    "ana.yml.yaml",
    "jose\u0301.yaml",
    "jos\u00e9.yaml",
    "x" * 250 + ".yaml",
    "x" * 250 + ".yml",
    "é" * 125 + ".yml",
    "=1+1.yaml",
    "-o.yaml",
    "a b;c.yaml",
    "\udcff.yaml",
    "line\nbreak.yaml",
]


def test_each_file_has_a_grade_of_its_own(homework):
    made = 0
    for number, name in enumerate(NAMES):
        try:
            hand_in(homework, name, f"s{number}")
        except (OSError, ValueError):  # a name that this system does not allow
            continue
        made += 1
    made = len(find_files([str(homework / "in")]).files)  # some systems take two of the names for one
    assert check(homework).exit_code == 0
    found = list((homework / "out" / "students").rglob("*.json"))
    documents = [json.loads(path.read_bytes()) for path in found if path.is_file()]
    assert len({document["student"] for document in documents}) == len(documents) == made
    assert not list((homework / "out").rglob("*.part")) or all(path.is_dir() for path in homework.rglob("*.part"))
    folded = [str(path).casefold() for path in found if path.is_file()]
    assert len(set(folded)) == len(folded)


def test_a_fault_of_ours_costs_one_file(homework, monkeypatch):
    import cnncalc.homework.classes as classes

    hand_in(homework, "ana.yaml")
    hand_in(homework, "beto.yaml", "beto")
    read = classes.read_submission

    def broken(source, known):
        if source.name.endswith("beto.yaml"):
            raise ZeroDivisionError("nobody \x1b[31mforesaw this")
        return read(source, known)

    monkeypatch.setattr(classes, "read_submission", broken)
    found = check(homework)
    assert found.exit_code == 0
    assert [row["points"] for row in grades(homework).values()] == ["9", "0"]
    assert "fault of cnncalc" in found.stderr
    assert "\x1b" not in found.stderr


# The page about a class


class Page(HTMLParser):
    """Reads the page strictly: every tag is closed in its turn."""

    VOID = {"meta", "br", "rect", "line"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip():
            self.words.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        return " ".join(data for tag, data in self.words if tag != "style")

    def all(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag and (not kind or attrs.get("class") == kind)]


def page(homework: Path, *words: str) -> Page:
    found = check(homework, "--report", str(homework / "report.html"), *words)
    assert found.exit_code == 0
    return Page((homework / "report.html").read_text(encoding="utf-8"))


EVIL = "</bdi></p><script>alert(1)</script><img src=http://x/ onerror=alert(1)>"


@pytest.fixture
def class_of_four(homework):
    hand_in(homework, "ana.yaml", "ana-the-student")
    hand_in(homework, "beto.yaml", "beto-the-student", "34848")
    hand_in(homework, "ceci.yaml", EVIL, "34,848")
    hand_in(homework, "dario.yaml", "dario-the-student", json.dumps(EVIL))
    hand_in(homework, "eva.yaml", "eva-the-student", json.dumps(EVIL))
    (homework / "in" / "<b>fritz&amp;.yaml").write_text("answers: [\n")
    return homework


def test_the_page_needs_nothing_else(class_of_four):
    found = page(class_of_four)
    text = (class_of_four / "report.html").read_text()
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "image", "use"}
    assert not re.search(r"@import|url\(", text)
    for _, attrs in found.tags:
        assert not any(name.startswith("on") or name in ("src", "srcset", "style") for name in attrs)
        assert (attrs.get("href") or "#").startswith("#")
    policy = next(attrs["content"] for attrs in found.all("meta") if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'")
    places = {attrs["id"] for _, attrs in found.tags if "id" in attrs}
    assert {attrs["href"][1:] for attrs in found.all("a")} <= places
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_page_tells_how_it_went(class_of_four):
    found = page(class_of_four)
    assert ("h1", "Homework <3> & more") not in found.words  # it stands in an element of its own direction
    assert ("bdi", "Homework <3> & more") in found.words
    assert ("title", "Homework <3> & more") in found.words
    # One student has all 9 points, four have 6, and the file that can't be read has none: 33 points, 5.5 on average.
    columns = found.all("rect", "column")
    assert [attrs["height"] for attrs in columns] == ["40", *["0"] * 5, "160", "0", "0", "40"]
    assert found.all("svg", "plot")[0]["aria-label"].split("; ")[6] == "60–70%: 4"
    assert "5.50" in found.text
    assert "61%" in found.text
    bars = [attrs["aria-label"] for attrs in found.all("svg", "bar")]
    assert bars[1] == "correct: 1, wrong: 2, unreadable: 3"
    assert len(bars) == 2 + 4
    assert "1.50 of 3 points" not in found.text
    assert "0.50 of 3 points on average (17%)" in found.text
    assert "Did you add the bias of each filter?" in found.text
    assert "bias-forgotten" in found.text
    assert "34848" in found.text
    assert "How many parameters" in found.text
    assert "<b>fritz&amp;.yaml can't be read" in found.text


def test_bars_are_full(class_of_four):
    found = page(class_of_four)
    widths = [
        (float(attrs["x"][:-1]), float(attrs["width"][:-1]))
        for attrs in found.all("rect")
        if attrs.get("class") != "column"
    ]
    ends = [round(x + width, 2) for x, width in widths]
    starts = [x for x, _ in widths]
    for end, start in zip(ends, [*starts[1:], 0.0]):
        assert start == pytest.approx(end, abs=0.01) or (end == 100 and start == 0)


def test_the_page_names_no_student(class_of_four):
    assert "the-student" not in (class_of_four / "report.html" if page(class_of_four) else Path()).read_text()


def test_words_of_students_are_text(class_of_four):
    found = page(class_of_four)
    assert any("<script>" in data for _, data in found.words)  # shown, since two answered so


def test_the_page_in_spanish(class_of_four):
    with speaking("es"):
        found = page(class_of_four)
    assert found.all("html") == [{"lang": "es"}]
    assert "¿Sumaste el sesgo de cada filtro?" in found.text


def test_the_page_where_nothing_can_be_graded(homework):
    (homework / "hw.yaml").write_text(
        "questions: [{id: shape, input: 3x4x4, layer: {conv: {K: 1, F: 9}}, ask: macs}]\n"
    )
    hand_in(homework, "ana.yaml")
    found = page(homework)
    assert not found.all("rect", "column")
    assert "can't be graded" in found.text


def test_the_page_is_for_a_class(homework):
    ana = hand_in(homework, "ana.yaml")
    words = ["check", str(ana), "-a", str(homework / "hw.yaml"), "--report", str(homework / "report.html")]
    assert CliRunner().invoke(app, words).exit_code == 2


# Several processes, and runs that are ended

MANY = 1200


@pytest.fixture
def many(homework):
    for number in range(MANY):
        hand_in(homework, f"{number:04}.yaml", f"s{number}", "34944" if number % 3 else "34848")
    return homework


def command(homework: Path) -> list[str]:
    words = ["check", homework / "in", "-a", homework / "hw.yaml", "-o", homework / "out"]
    return [sys.executable, "-m", "cnncalc", *map(str, words)]


def processes(group: int) -> list[str]:
    """The processes of a group that are not only waiting for somebody to note that they have ended."""
    listed = subprocess.run(["ps", "-eo", "pgid,stat,args"], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 2) for line in listed.splitlines()[1:]]
    return [line[2] for line in lines if line[0] == str(group) and not line[1].startswith("Z")]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals here")
@pytest.mark.parametrize(
    ("number", "all_of_them", "status"),
    [
        (signal.SIGINT, True, 130),  # as a terminal's Ctrl-C
        (signal.SIGINT, False, 130),
        (signal.SIGTERM, False, 143),
        (getattr(signal, "SIGKILL", None), False, -9),
    ],
)
def test_an_ended_run_leaves_nothing_half_done(many, number, all_of_them, status):
    running = subprocess.Popen(command(many), stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    students = many / "out" / "students"
    until = time.monotonic() + 60
    while not (students.is_dir() and any(students.iterdir())):
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.002)
    (os.killpg if all_of_them else os.kill)(running.pid, number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (status, b"", b"")
    for _ in range(100):
        if not processes(running.pid):
            break
        time.sleep(0.1)
    assert not processes(running.pid)
    assert not (many / "out" / "grades.csv").exists()
    ended = list(students.glob("*.json"))
    assert 0 < len(ended) < MANY
    for path in ended:
        json.loads(path.read_bytes())
    again = subprocess.run(command(many), capture_output=True, check=True)
    assert again.stderr == b""
    rows = list(grades(many).values())
    assert [row["points"] for row in rows] == ["9" if number % 3 else "6" for number in range(MANY)]
    assert sum(name.endswith(".json") for name in written(many)) == MANY + 1
    assert not [name for name in written(many) if name.endswith(".part")]


def test_a_process_that_dies_costs_no_grade(many):
    files = find_files([str(many / "in")]).files
    grader = load_grader(str(many / "hw.yaml"))
    job = Job(str(many / "hw.yaml"), ClassFiles(str(many / "out"), files, lambda grade, reveal: grade.student))
    rows = []
    with closing(grade_files(files, job, grader)) as parts:
        for number, part in enumerate(parts):
            rows += part.rows
            if number == 0:
                workers = multiprocessing.active_children()
                for worker in workers:
                    worker.kill()
    alone = job.run(files, grader).rows
    assert rows == alone
    assert not multiprocessing.active_children()


def test_parts_that_nobody_takes(many):
    files = find_files([str(many / "in")]).files
    job = Job(str(many / "hw.yaml"), ClassFiles(str(many / "out"), files, lambda grade, reveal: grade.student))
    with closing(grade_files(files, job, load_grader(str(many / "hw.yaml")))) as parts:
        next(parts)
    assert not multiprocessing.active_children()
    assert 0 < len(list((many / "out" / "students").iterdir())) < MANY


def test_no_two_students_are_one():
    from cnncalc.homework.classes import Row

    rows = [Row(str(number), name, 0, 0, (), "") for number, name in enumerate(["a", "A ", "b", "c", "b"])]
    rows.append(Row("9", "c", 0, 0, (), "unread"))
    assert namesakes(rows) == [("a", ["0", "1"]), ("b", ["2", "4"])]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals here")
def test_a_bar_on_a_terminal(homework):
    import pty

    for number in range(120):
        hand_in(homework, f"{number}.yaml", f"s{number}")
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    done = subprocess.run(command(homework), stdout=subprocess.PIPE, stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert "grading 120 files" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1  # the cursor comes back
    assert b"120 students" in done.stdout
    assert b"grading" not in done.stdout
