from pathlib import Path

import pytest

from parakh.errors import InvalidInput
from parakh.faces.folders import (
    Half,
    Source,
    half_of,
    read_attributes,
    read_folder,
    read_pairs,
    read_people,
)


def sources(*files: str) -> list[Source]:
    return [Source(file=own, path=Path(own), person=own.split("/")[0]) for own in files]


def test_a_folder_a_person(tmp_path: Path) -> None:
    for name in ("Bob/2.PNG", "Ada L/x y.jpeg", "Bob/notes.txt", "Bob/.hidden.jpg", "loose.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = read_folder(tmp_path)
    assert [(own.person, own.file) for own in found] == [
        ("Ada L", "Ada L/x y.jpeg"),
        ("Bob", "Bob/2.PNG"),
    ]


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there are no pictures"):
        read_folder(tmp_path)


def test_a_list_of_files_and_persons(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("\ufefffile,person,template\na.jpg,Ada,t1\nb.jpg,Ada,t1\n c.jpg ,Bob,\n")
    found = read_people(tmp_path, path)
    assert [(own.file, own.person, own.template) for own in found] == [
        ("a.jpg", "Ada", "t1"),
        ("b.jpg", "Ada", "t1"),
        ("c.jpg", "Bob", ""),
    ]
    assert found[0].path == tmp_path / "a.jpg"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("file,name\na.jpg,Ada\n", "there is no column 'person'"),
        ("", "there is no column 'file'"),
        ("file,person\n", "there are no pictures"),
        ("file,person\na.jpg\n", "line 2: the number of columns is wrong"),
        ("file,person\na.jpg,Ada,x\n", "line 2: the number of columns is wrong"),
        ("file,person\na.jpg,\n", "line 2: file and person are needed"),
        ("file,person\na.jpg,Ada\na.jpg,Bob\n", "a file is listed twice"),
        ("file,person,template\na,Ada,t\nb,Bob,t\n", "line 3: template t has two persons"),
    ],
)
def test_a_faulty_list_of_persons_names_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_people(tmp_path, path)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


LISTED = sources("Ada_L/Ada_L_0001.jpg", "Ada_L/Ada_L_0012.png", "Bob_M/3.jpg", "Bob_M/face.jpg")


def test_pairs_of_one_person_and_of_two(tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text("10\t300\nAda_L\t1\t12\n\nAda_L 12 Bob_M 3\n")
    assert read_pairs(path, LISTED).tolist() == [[0, 1], [1, 2]]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Ada_L 1 12\nAda_L one 2\n", "line 2: expected"),
        ("Ada_L 1 Bob 3 4\n", "line 1: expected"),
        ("Ada_L 1 12\n10 300\n", "line 2: expected"),
        ("Ada_L 1 12\nAda_L 1 7\n", "line 2: Ada_L 7 is not among the pictures"),
        ("10\n", "there are no pairs"),
        ("", "there are no pairs"),
    ],
)
def test_a_faulty_list_of_pairs_names_its_line(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.txt"
    path.write_text(text)
    with pytest.raises(InvalidInput) as caught:
        read_pairs(path, LISTED)
    assert str(path) in str(caught.value)
    assert complaint in str(caught.value)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.txt: cannot be read"):
        read_pairs(tmp_path / "none.txt", LISTED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("person,sex\nAda_L,F\n", {"sex": ["F", "F", ""]}),
        ("file,light,sex\nb.jpg,dim,F\n", {"light": ["", "dim", ""], "sex": ["", "F", ""]}),
    ],
)
def test_attributes_by_person_or_by_file(
    text: str, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "attributes.csv"
    path.write_text(text)
    read = read_attributes(path, ["a.jpg", "b.jpg", "c.jpg"], ["Ada_L", "Ada_L", "Bob"])
    assert read == expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("person,sex\nAda,F\nAda,M\n", "line 3: Ada is listed twice"),
        ("person\nAda\n", "there is no column besides 'person'"),
        ("person,sex\nEve,F\n", "no person in it is among the pictures"),
        ("sex\nF\n", "there is no column 'person'"),
    ],
)
def test_faulty_attributes_are_refused(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "attributes.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=complaint):
        read_attributes(path, ["a.jpg"], ["Ada"])


def test_halves_are_about_equal_and_never_change() -> None:
    halves = [half_of(f"person {number}") for number in range(1000)]
    assert 440 < halves.count(Half.FIRST) < 560
    known = {"Abel_Pacheco": half_of("Abel_Pacheco"), "Zia": half_of("Zia")}
    assert known == {"Abel_Pacheco": Half.FIRST, "Zia": Half.SECOND}
