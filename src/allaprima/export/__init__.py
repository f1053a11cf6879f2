"""What leaves the easel: pictures, layers, vectors, tables and films.

``formats.py`` has a row for each kind of file, ``export.py`` the choices about files, ``base.py`` what every writer
shares, and ``write.py`` draws a painting once for all that are asked for. The other files are the writers.
"""

from typing import TYPE_CHECKING

from ..lazy import lazy

if TYPE_CHECKING:
    from .export import Export
    from .formats import FORMATS, Format
    from .write import WriteOptions, write_all

__all__ = ["FORMATS", "Export", "Format", "WriteOptions", "write_all"]

__getattr__, __dir__ = lazy(
    __name__,
    {
        "FORMATS": ".formats",
        "Export": ".export",
        "Format": ".formats",
        "WriteOptions": ".write",
        "write_all": ".write",
    },
)
