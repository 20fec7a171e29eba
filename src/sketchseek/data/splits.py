"""Published lists of seen and unseen classes, and of photos to train and test on: text files with hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files as package_files
from typing import Literal

from sketchseek._names import class_key
from sketchseek.data.items import Dataset
from sketchseek.errors import BadBenchmark
from sketchseek.registry import check_name

Kind = Literal["classes", "photos"]

_SAKE = "Liu et al., SAKE, ICCV 2019: file lists of the released code, the ones most zero-shot papers use"
_SEMPCYC = "Dutta and Akata, SEM-PCYC, CVPR 2019: random draw of the released code, seed 0; not SAKE's list"

# family -> (what its lines are, where they come from)
_FAMILIES: dict[str, tuple[Kind, str]] = {
    "qmul-chairv2": (
        "photos",
        "Yu et al., QMUL ChairV2: as its own file of drawings sorts them, 952 sketches to train, 323 to test",
    ),
    "quickdraw-30": (
        "classes",
        "Dey et al., Doodle to Search, CVPR 2019: QuickDraw-Extended, as in ZSE-SBIR's code",
    ),
    "sketchy-21": (
        "classes",
        "Yelamarthi et al., A Zero-Shot Framework for SBIR, ECCV 2018: absent from ImageNet-1k",
    ),
    "sketchy-25": ("classes", _SAKE),
    "sketchy-25-sempcyc": ("classes", _SEMPCYC),
    "sketchy-subset": (
        "photos",
        "a split by photo of a part of Sketchy, 25 photos a class, 2,547 without sketches",
    ),
    "tuberlin-30": ("classes", _SAKE),
    "tuberlin-30-sempcyc": ("classes", _SEMPCYC),
}
_SHA256 = {
    "qmul-chairv2.test": "9b6735abfa59df813bbe0107ae609e5574a9306cc9f9df9d3a1732882847c505",
    "qmul-chairv2.train": "17b15217b300fb81037507498133b25027f9398ca178d60182a465a4c94b410a",
    "quickdraw-30.seen": "61e9a48b0cbb03c84044a6055098b66a7668e3542eb6a825a8856ef65482c8e6",
    "quickdraw-30.unseen": "544c9e9bd58836abcf8918953e66a06b194315a7effb1647523d9e971ec63d2e",
    "sketchy-21.seen": "10739386871e8a002dfbf333de022d946e1c79ccf5092ea428363d1c82ae1258",
    "sketchy-21.unseen": "b4251ad75e8a35b5852b6e280c150ca5ad55e832e9bd36553721e17b757e9531",
    "sketchy-25-sempcyc.seen": "3817e6c62c8616abc4750c152518acab42833acf2154baf0d557022437bbf90f",
    "sketchy-25-sempcyc.unseen": "67182f19e722989876cb2bdf742fc563f09a3b24e4e41b257163eadc91b59e22",
    "sketchy-25.seen": "1ddfe13d1a063345e0e965d87bb6ec2128353f46eea2d240d19155fa2436c665",
    "sketchy-25.unseen": "f3ecf7a69ec684db526eb95ab2b08b86e341f8655040143ce89592200e2de5d4",
    "sketchy-subset.test": "de05980efe79723026da40a4868ee93cb0f0b06a2325fe822ead47457cdc2753",
    "sketchy-subset.train": "802f771160eca66334fa5ecc3bb0c5dbb78cde2113b192712ba5ba72b06f82d3",
    "sketchy-subset.val": "5a6486f7222dd82a9204753a608cf322da9739b4bf7a66823c0fb4cc073e19b7",
    "tuberlin-30-sempcyc.seen": "f2d2954b1e22156d8e073394b47aa696e028f772005899b32425c60802815c4d",
    "tuberlin-30-sempcyc.unseen": "ddd4d94f81b7f078409446b2bde6094b49883e37d4b08f6b179dddb25d7db538",
    "tuberlin-30.seen": "1f3202a15ce9b988a61c64eb0c7b46f382dc38be04da1ec0ab291b14a68718eb",
    "tuberlin-30.unseen": "9902494f8743a473c4255cf1bff89d39a4e7a95cfeef4dda8dfa373245f46cbb",
}
SPLITS: tuple[str, ...] = tuple(_SHA256)


@dataclass(frozen=True)
class Split:
    """A named list: of class labels, or of photos ("class/photo", an item's ``instance``)."""

    name: str
    kind: Kind
    entries: tuple[str, ...]
    sha256: str
    source: str

    def of(self, dataset: Dataset) -> Dataset:
        """The items of ``dataset`` that the list names; a sketch follows its class or its photo.

        Raises:
            BadBenchmark: entries are missing from the data set, so that a figure would not be comparable.
        """
        if self.kind == "classes":
            present = {class_key(label) for label in dataset.classes}
            missing = [entry for entry in self.entries if class_key(entry) not in present]
            part = dataset.where(labels=self.entries)
        else:
            present = {str(item.instance) for item in dataset.photos}
            missing = [entry for entry in self.entries if entry not in present]
            part = dataset.where(instances=self.entries)
        if missing:
            raise BadBenchmark(
                f"split {self.name}: {len(missing)} of its {len(self.entries)} {self.kind} are not in "
                f"{dataset.name}: {', '.join(missing[:5])}{', …' if len(missing) > 5 else ''}"
            )
        return part


def load_split(name: str) -> Split:
    """Read one of the lists in ``SPLITS``.

    Raises:
        UnknownName: no such list.
        BadBenchmark: the file is not the published one.
    """
    sha256 = _SHA256[check_name(name, _SHA256, "split")]
    kind, source = _FAMILIES[name.partition(".")[0]]
    data = package_files("sketchseek.data").joinpath("splits", f"{name}.txt").read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise BadBenchmark(f"split {name}: the file was changed (SHA-256 {found}, expected {sha256})")
    return Split(name, kind, tuple(data.decode("utf-8").splitlines()), sha256, source)
