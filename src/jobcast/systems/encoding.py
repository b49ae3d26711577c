"""Text of unknown encoding: hosts of chip designers in China write GB18030 beside UTF-8."""


def decode(record: bytes) -> str:
    """Decode one record: UTF-8, else GB18030 (Chinese EDA hosts), else Latin-1, which takes anything."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return record.decode(encoding)
        except UnicodeDecodeError:
            continue
    return record.decode("latin-1")
