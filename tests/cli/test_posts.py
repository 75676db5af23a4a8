from pathlib import Path
from typing import Any


def test_posts_are_imported_and_listed(parakh: Any, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text("code,name,kind\nPKPEW,Torkham,land\n")
    assert parakh("posts", "import", file).stdout == "posts: 1 saved\n"
    shown = parakh("posts", "list").stdout.splitlines()
    assert shown == ["nobody measures: is a worker running?", "quiet    PKPEW  Torkham"]
    (own,) = parakh.json("posts", "list")["posts"]
    assert (own["code"], own["waiting"], own["trouble"]) == ("PKPEW", None, "")
    file.write_text("code,name,kind\nPKPEW,Torkham,harbour\n")
    assert "line 2: the kind is one of" in parakh("posts", "import", file, code=2).stderr
