"""Guesses from file names: clearly not an image, an archive, a Parquet file, clearly an image."""

from __future__ import annotations

EXTENSIONS = {
    "video": "3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg mts ogv vob webm wmv",
    "audio": "aac aif aiff flac m4a mid mp3 oga ogg opus wav wma",
    "text": "css csv htm html json log md rst srt tex toml tsv txt vtt xml xmp yaml yml",
    "document": "doc docx epub mobi odp ods odt pdf ppt pptx rtf xls xlsx",
    "archive": "7z bz2 cbr cbz gz iso rar tar tbz2 tgz txz tzst xz zip zst",
    "program": "bat c cpp dll dylib exe h ipynb jar java js o ps1 py pyc rs sh so ts",
    "data": "aae arrow bin dat db feather h5 ini lnk npy npz parquet pkl pt safetensors sqlite thm",
}
"""The extensions of other files by kind, in lower case and without the dot."""

ARCHIVES = (
    ".zip", ".cbz", ".tar", ".tgz", ".tbz2", ".txz", ".tzst",
    ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst",
)  # fmt: skip
"""How the names of supported archives end."""

MARK = "!/"
"""Stands between the name of an archive and the path within it."""

IMAGES = ("avif", "bmp", "gif", "heic", "heif", "jpeg", "jpg", "png", "tif", "tiff", "webp")
"""The extensions of common image formats."""

_KINDS = {extension: kind for kind, names in EXTENSIONS.items() for extension in names.split()}


def other_kind(name: str) -> str | None:
    """The kind of a file that is clearly not an image by its name. None if it may be an image."""
    stem, dot, extension = name.rpartition(".")
    return _KINDS.get(extension.lower()) if stem and dot else None


def is_archive(name: str) -> bool:
    """Whether a name is that of a supported archive."""
    return name.lower().endswith(ARCHIVES)


def is_parquet(name: str) -> bool:
    """Whether a name is that of a Parquet file."""
    return name.lower().endswith(".parquet")


def is_plainly_image(name: str) -> bool:
    """Whether a name's extension is that of a common image format."""
    return name.rpartition(".")[2].lower() in IMAGES
