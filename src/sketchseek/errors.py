"""Every error a user can meet, as one tree.

    SketchseekError
    ├── BadSketch              a drawing that cannot be read or used
    │   └── EmptySketch        nothing is drawn
    ├── BadImage               a picture that cannot be read
    │   ├── UnsupportedFormat  not one of the formats read here
    │   └── ImageTooLarge      more pixels or bytes than the limit
    ├── BadDataset             a data set that is missing, incomplete or of another layout
    ├── BadBenchmark           a split or benchmark that cannot be trusted
    ├── BadResult              a result file that cannot be read or compared
    ├── BadModel               a model folder that is missing, broken or of another kind
    │   └── ModelMismatch      vectors of one model met another model
    ├── BadSemantics           words without a meaning here, or a table of meanings that is broken
    ├── BadServer              a server that cannot be reached, or refuses
    │   └── BadToken           it asks for another token
    ├── BadConfig              a setting that is unknown or out of range
    ├── UnknownName            a name that no registry holds
    ├── MissingExtra           an optional dependency is not installed
    └── LibraryError           a library that cannot be opened or written
        ├── LibraryBusy        another process is writing
        ├── LibraryTooNew      written by a newer sketchseek
        └── RootMissing        a photo folder has vanished

Messages name the thing and the way out. Only the command line prints them.
"""

from __future__ import annotations


class SketchseekError(Exception):
    """Base of every error a user can meet."""


class BadSketch(SketchseekError):
    """A drawing that cannot be read or used."""


class EmptySketch(BadSketch):
    """Nothing is drawn."""


class BadImage(SketchseekError):
    """A picture that cannot be read."""


class UnsupportedFormat(BadImage):
    """A picture in a format that is not read here."""


class ImageTooLarge(BadImage):
    """A picture with more pixels or bytes than the limit."""


class BadDataset(SketchseekError):
    """A data set that is missing, incomplete or of another layout."""


class BadBenchmark(SketchseekError):
    """A split or benchmark that cannot be trusted."""


class BadResult(SketchseekError):
    """A result file that cannot be read or compared."""


class BadModel(SketchseekError):
    """A model folder that is missing, broken or of another kind."""


class ModelMismatch(BadModel):
    """Vectors of one model met another model."""


class BadSemantics(SketchseekError):
    """Words without a meaning here, or a table of meanings that is missing or broken."""


class BadServer(SketchseekError):
    """A server that cannot be reached, or refuses what it is asked."""


class BadToken(BadServer):
    """A server asks for another token."""


class BadConfig(SketchseekError):
    """A setting that is unknown or out of range."""


class UnknownName(SketchseekError):
    """A name that no registry holds."""


class MissingExtra(SketchseekError):
    """An optional dependency is not installed."""


class LibraryError(SketchseekError):
    """A library that cannot be opened or written."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class LibraryTooNew(LibraryError):
    """The library was written by a newer sketchseek."""


class RootMissing(LibraryError):
    """A photo folder of the library has vanished."""
