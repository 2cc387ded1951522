"""File names that plainly belong to something else than an image."""

from __future__ import annotations

EXTENSIONS = {
    "video": "3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg mts ogv vob webm wmv",
    "audio": "aac aif aiff flac m4a mid mp3 oga ogg opus wav wma",
    "text": "css csv htm html json log md rst srt tex toml tsv txt vtt xml xmp yaml yml",
    "document": "doc docx epub mobi odp ods odt pdf ppt pptx rtf xls xlsx",
    "archive": "7z bz2 cbr cbz gz iso rar tar tgz xz zip zst",
    "program": "bat c cpp dll dylib exe h ipynb jar java js o ps1 py pyc rs sh so ts",
    "data": "aae arrow bin dat db feather h5 ini lnk npy npz parquet pkl pt safetensors sqlite thm",
}
"""By kind, in lower case and without the dot."""

_KINDS = {extension: kind for kind, names in EXTENSIONS.items() for extension in names.split()}


def other_kind(name: str) -> str | None:
    """What kind of file a name plainly stands for; None where it may be an image."""
    stem, dot, extension = name.rpartition(".")
    return _KINDS.get(extension.lower()) if stem and dot else None
