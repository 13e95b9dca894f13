"""Files beside a batch: which may be taken, what becomes of those that may not, and how they come back."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrbus import mapping
from hrbus.errors import ConfigError
from hrbus.hrxml import Vocabulary
from hrbus.mapping.stores import AT_ONCE, Folder, Store
from tests.unit.mapping.samples import LAYOUT, batch, canonical, trees

DOCUMENT = """\
  Candidate:
    Resume:
      NonXMLResume:
        TextResume: MAIL | {}
"""
STORE = "attachments:\n  resumes:\n    folder: cvs\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of attachments of a site, with one file."""
    found = tmp_path / "site" / "cvs"
    found.mkdir(parents=True)
    (found / "ada.txt").write_text("Ada’s résumé", "utf-8")
    return found


class Maker:
    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self.folder, self.vocabulary = folder, vocabulary

    def __call__(self, leaf: str, rest: str = STORE, *, writes: bool = True, layout: str = "") -> mapping.Mapping:
        file = self.folder.parent / "m.yaml"
        file.write_text(f"mapping: test\nlayout: appl\ndocument:\n{layout or DOCUMENT.format(leaf)}{rest}", "utf-8")
        return mapping.load(
            file,
            layout_of=lambda name: LAYOUT,
            vocabulary=self.vocabulary,
            tables=self.folder.parent,
            site=self.folder.parent,
            writes=writes,
            name="m.yaml",
        )


@pytest.fixture
def maker(folder: Path, vocabulary: Vocabulary) -> Maker:
    return Maker(folder, vocabulary)


def text_of(maker: Maker, leaf: str, name: str, rest: str = STORE) -> str | None:
    """Return what the document says of a file; None where the record is rejected."""
    documents = maker(leaf, rest).into(batch({"MAIL": name}))
    if documents.rejects:
        assert {"MAIL"} == {reject.field for reject in documents.rejects}
        return None
    (tree,) = trees(documents)
    return str(tree.get("Resume", {}).get("NonXMLResume", {}).get("TextResume", ""))


CONTENT = "Ada’s résumé"


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("path", "ada.txt"),
        ("text", CONTENT),
        ("base64", base64.b64encode(CONTENT.encode()).decode()),
        ("sha256", hashlib.sha256(CONTENT.encode()).hexdigest()),
        ("media_type", "text/plain"),
    ],
)
def test_a_file_that_a_field_names_becomes_part_of_the_document(maker: Maker, how: str, expected: str) -> None:
    assert expected == text_of(maker, f"attachment(resumes, {how})", "  ada.txt ")


def test_text_is_read_in_the_encoding_that_is_named(maker: Maker, folder: Path) -> None:
    (folder / "li.txt").write_bytes("李雷，程序员".encode("gb18030"))
    assert "李雷，程序员" == text_of(maker, "attachment(resumes, text, gb18030)", "li.txt")
    assert None is text_of(maker, "attachment(resumes, text)", "li.txt")


def test_a_file_below_a_folder_of_the_folder_may_be_taken(maker: Maker, folder: Path) -> None:
    (folder / "2026").mkdir()
    (folder / "2026" / "b.txt").write_text("B")
    assert "B" == text_of(maker, "attachment(resumes, text)", "2026/b.txt")
    assert "B" == text_of(maker, "attachment(resumes, text)", "2026/../2026/b.txt")


@pytest.mark.parametrize("how", ["path", "text", "base64", "sha256", "media_type"])
@pytest.mark.parametrize(
    "name",
    ["../secret.txt", "/etc/hostname", "link.txt", "away/secret.txt", ".", "2026", "pipe", "loop", "a\0b", "x" * 300],
)
def test_nothing_but_a_plain_file_below_the_folder_is_taken(maker: Maker, folder: Path, how: str, name: str) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "away").symlink_to(folder.parent, target_is_directory=True)
    (folder / "2026").mkdir()
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    assert None is text_of(maker, f"attachment(resumes, {how})", name)
    absent = STORE + "    missing: absent\n"
    assert None is text_of(maker, f"attachment(resumes, {how})", name, absent)


def test_a_file_that_is_too_large_rejects_its_record_and_is_never_cut(maker: Maker, folder: Path) -> None:
    (folder / "big.txt").write_text("x" * 1001)
    (folder / "fits.txt").write_text("x" * 1000)
    bounded = STORE + "    most: 1kB\n"
    assert None is text_of(maker, "attachment(resumes, text)", "big.txt", bounded)
    assert 1000 == len(text_of(maker, "attachment(resumes, text)", "fits.txt", bounded) or "")
    assert 64 == len(text_of(maker, "attachment(resumes, sha256)", "big.txt", bounded) or "")


def test_a_file_that_is_not_there_rejects_its_record_or_is_left_out(maker: Maker) -> None:
    for how in ("path", "text", "base64", "sha256", "media_type"):
        assert None is text_of(maker, f"attachment(resumes, {how})", "none.txt")
        assert "" == text_of(maker, f"attachment(resumes, {how})", "none.txt", STORE + "    missing: absent\n")


def test_a_reject_tells_what_was_expected_and_not_what_stood_there(maker: Maker) -> None:
    (reject,) = maker("attachment(resumes, text)").into(batch({"MAIL": "ada-lovelace-private.txt"})).rejects
    assert "attachment(resumes, text): the value names no file below cvs that can be taken" in reject.reason
    assert "of at most 1000000 bytes of utf-8 text" in reject.reason
    assert "lovelace" not in reject.reason


def test_what_a_document_holds_is_written_beside_the_batch(maker: Maker, folder: Path) -> None:
    made = maker("attachment(resumes, base64)", STORE + "    suffix: .txt\n")
    (back,) = made.out(canonical(made.into(batch({"MAIL": "ada.txt"})), made)).frame["MAIL"].to_list()
    assert hashlib.sha256(CONTENT.encode()).hexdigest()[:32] + ".txt" == back
    assert CONTENT == (folder / back).read_text("utf-8")
    assert 0o600 == (folder / back).stat().st_mode & 0o777
    assert {"ada.txt", back} == {file.name for file in folder.iterdir()}


def test_looking_at_a_mapping_writes_nothing(maker: Maker, folder: Path) -> None:
    made = maker("attachment(resumes, text)", writes=False)
    (back,) = made.out(canonical(made.into(batch({"MAIL": "ada.txt"})), made)).frame["MAIL"].to_list()
    assert hashlib.sha256(CONTENT.encode()).hexdigest()[:32] == back
    assert ["ada.txt"] == [file.name for file in folder.iterdir()]


def test_a_folder_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="an attachment cannot be written"):
        Folder(tmp_path / "file" / "below", writes=True).write("x", b"1")


def test_the_mirror_writes_what_a_field_holds_and_reads_it_again(maker: Maker, folder: Path) -> None:
    made = maker("embedded(resumes, text)")
    documents = made.into(batch({"MAIL": "I am Ada."}))
    name = hashlib.sha256(b"I am Ada.").hexdigest()[:32]
    assert [name] == [tree["Resume"]["NonXMLResume"]["TextResume"] for tree in trees(documents)]
    assert "I am Ada." == (folder / name).read_text()
    assert ["I am Ada."] == made.out(canonical(documents, made)).frame["MAIL"].to_list()


def test_base64_may_have_line_ends_and_nothing_else_in_it(maker: Maker, folder: Path) -> None:
    made = maker("embedded(resumes, base64)")
    documents = made.into(batch({"MAIL": "SGVs\nbG8="}, {"MAIL": "SGVsbG8"}, {"MAIL": "SGVs*bG8="}))
    assert [2, 3] == [reject.record for reject in documents.rejects]
    assert b"Hello" == (folder / hashlib.sha256(b"Hello").hexdigest()[:32]).read_bytes()


def test_heavy_records_are_mapped_a_few_at_a_time(maker: Maker) -> None:
    assert None is maker("attachment(resumes, path)").rows_at_once
    assert AT_ONCE // 1_000_000 == maker("attachment(resumes, base64)").rows_at_once
    assert 2 == maker("attachment(resumes, text)", STORE + "    most: 32MB\n").rows_at_once


@pytest.mark.parametrize(
    ("leaf", "rest", "told"),
    [
        ("attachment(cvs, text)", STORE, "attachment needs a name of attachments:, not cvs; declared here: resumes"),
        ("attachment(resumes)", STORE, "takes 2 to 3 arguments, not 1"),
        ("attachment(resumes, txt)", STORE, "cannot give txt: path, base64, text, sha256, media_type"),
        ("embedded(resumes, path)", STORE, "cannot give path: base64, text"),
        ("attachment(resumes, text, utf-9)", STORE, "knows no encoding utf-9"),
        ("attachment(resumes, text, zlib)", STORE, "knows no encoding of text zlib"),
        ("attachment(resumes, base64, utf-8)", STORE, "takes an encoding for text only"),
        ("trim", "attachments:\n  resumes:\n    most: 1MB\n", "m.yaml:10:5: attachments.resumes.folder: is missing"),
        ("trim", STORE.replace("cvs", "../cvs"), "m.yaml:10:13: attachments.resumes.folder: leads out of the site"),
        ("trim", STORE + "    most: 99MB\n", "m.yaml:11:11: attachments.resumes.most: must be a size"),
        ("trim", STORE + "    most: much\n", "attachments.resumes.most: must be a size; such as 500kB or 2MB"),
        ("trim", STORE + "    missing: ignore\n", "attachments.resumes.missing: must be reject or absent"),
        ("trim", STORE + "    suffix: ../x\n", "attachments.resumes.suffix: must be an ending such as .pdf"),
        ("trim", STORE + "    foldr: x\n", "unknown key foldr; did you mean folder?"),
        ("trim", "attachments:\n  resumes: cvs\n", "attachments.resumes: must hold folder"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_place(maker: Maker, leaf: str, rest: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        maker(leaf, rest)
    assert told in str(caught.value)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5))
def test_any_content_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary, contents: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("site") / "cvs"
    folder.mkdir()
    for number, content in enumerate(contents):
        (folder / f"{number}.bin").write_bytes(content)
    made = Maker(folder, vocabulary)("attachment(resumes, base64)")
    documents = made.into(batch(*({"MAIL": f"{number}.bin"} for number in range(len(contents)))))
    names = made.out(canonical(documents, made)).frame["MAIL"].to_list()
    assert contents == [(folder / name).read_bytes() for name in names]


def test_a_store_keeps_nothing_that_it_would_not_give_back(tmp_path: Path) -> None:
    store = Store("cvs", "cvs", Folder(tmp_path, writes=True), most=4)
    assert b"1234" == store.content(store.keep(b"1234"))
    with pytest.raises(LookupError):
        store.keep(b"12345")
