"""Uploaded files as bytes; how many may come is bounded before this, in `security.Guard`."""

from fastapi import UploadFile

from parakh.errors import InvalidInput


def content(file: UploadFile | None, what: str) -> bytes:
    """The bytes of a required file; raises InvalidInput when none was chosen or it is empty."""
    data = optional(file)
    if data is None:
        raise InvalidInput(f"Choose a file: {what}.")
    return data


def optional(file: UploadFile | None) -> bytes | None:
    """The bytes of a file that may be left out."""
    if file is None:
        return None
    return file.file.read() or None


def file_name(file: UploadFile | None) -> str:
    """The file's own name without any folder, for showing where a message came from."""
    name = (file.filename if file else "") or "upload"
    return name.replace("\\", "/").rpartition("/")[2][:200] or "upload"
