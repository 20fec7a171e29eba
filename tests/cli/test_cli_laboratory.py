"""The commands for models, data sets, benchmarks and methods."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from commands import Commands
from PIL import Image

from sketchseek import model as model_folders
from sketchseek.cli.evaluate import _command
from sketchseek.evaluation import benchmarks
from sketchseek.evaluation.benchmarks import Benchmark, Part
from sketchseek.images import PhotoInput
from sketchseek.methods import Method
from sketchseek.model import Card, Source, read_card, write_card
from sketchseek.sketch import SketchInput
from sketchseek.training.progress import Progress


@pytest.fixture
def model(shapes: Path, tmp_path: Path) -> Path:
    """A model with a full card."""
    folder = tmp_path / "model"
    folder.mkdir()
    for file in (shapes / "model").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    card = read_card(folder / "card.json")
    sources = (Source("sketchy", "research use", "1,541 photos"),)
    figures = {"sketchy-subset/category": {"map@all": 0.4321, "p@100": 0.5}}
    full = Card(**card.__dict__ | {"licence": "Apache-2.0", "sources": sources, "figures": figures})
    write_card(full, folder)
    return folder


def test_a_models_card(run: Commands, model: Path) -> None:
    done = run("models", model)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "tiny@ID: averages of edges\n"
        "method     test\n"
        "licence    Apache-2.0\n"
        "embedding  32 numbers\n"
        "photos     64 pixels, crop\n"
        "sketches   64 pixels, lines of 2\n"
        "folder     HERE/model\n"
        "\nTrained on sketchy (research use): 1,541 photos\n"
        "\nMeasured on sketchy-subset/category\n"
        "map@all  #.###\n"
        "p@100    #.###\n"
    )
    told = json.loads(run("models", model, "--json").raw)
    assert told["identity"].startswith("tiny@")
    assert told["figures"] == {"sketchy-subset/category": {"map@all": 0.4321, "p@100": 0.5}}


def test_models_lists_what_is_packaged(run: Commands, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folders, "find", lambda _: model)
    listed = "default  tiny@ID  averages of edges\nexact    tiny@ID  averages of edges\n"
    assert run("models").out == listed
    told = json.loads(run("models", "--json").raw)
    assert [one["packaged"] for one in told] == ["default", "exact"]
    monkeypatch.undo()
    done = run("models", "nowhere")
    assert (done.code, done.out) == (1, "")
    assert "no model 'nowhere'" in done.err


def test_datasets_are_listed_with_what_is_there(
    run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "caltech101" / "101_ObjectCategories").mkdir(parents=True)
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path / "data"))
    assert run("datasets").out == (
        "caltech101          there       Caltech-101\n"
        "flickr15k           not there   Flickr15K\n"
        "folder              any folder  Folder of sketches and photos\n"
        "fscoco              not there   FS-COCO\n"
        "midgrain65c         not there   MidGrain65c\n"
        "pacs                not there   PACS, sketches and photos\n"
        "qmul-chairv2        not there   QMUL ChairV2\n"
        "qmul-shoev2         not there   QMUL ShoeV2\n"
        "quickdraw           not there   Quick, Draw!\n"
        "quickdraw-extended  not there   QuickDraw-Extended\n"
        "screens             built in    Synthetic screens of apps\n"
        "sketchy             not there   Sketchy database\n"
        "sketchy-extended    not there   Sketchy-Extended\n"
        "swire               not there   SWIRE over Rico\n"
        "synthetic           built in    Synthetic sketches and photos\n"
        "tiny-imagenet       not there   Tiny ImageNet\n"
        "tuberlin            not there   TU-Berlin sketches\n"
        "tuberlin-extended   not there   TU-Berlin Extended\n"
    )
    told = {card["name"]: card["state"] for card in json.loads(run("datasets", "--json").raw)}
    assert told["caltech101"] == "there"


def test_a_data_sets_card(run: Commands) -> None:
    done = run("datasets", "caltech101")
    assert done.out.splitlines()[:3] == [
        "Caltech-101",
        "state     not there",
        "folder    $SKETCHSEEK_DATA/caltech101",
    ]
    assert "photos    8,677" in done.out
    assert json.loads(run("datasets", "caltech101", "--json").raw)["expected"]["photos"] == 8677
    done = run("datasets", "caltec")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "Did you mean 'caltech101'?" in done.err


def test_a_folder_is_checked(run: Commands, tmp_path: Path) -> None:
    own = tmp_path / "own"
    for name in ("cat/a", "cat/b", "dog/c"):
        path = own / "photos" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    done = run("datasets", "folder", own, "--check")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "Folder of sketches and photos in HERE/own\n"
        "part     found  published\n"
        "classes      2\n"
        "photos       3\n"
    )
    told = json.loads(run("datasets", "folder", own, "--json").raw)
    assert told["rows"][1] == {"part": "photos", "found": 3, "expected": None, "note": ""}
    assert run("datasets", "sketchy", "--check").err.startswith(
        "sketchseek: Sketchy database: give its folder"
    )
    assert run("datasets", "--check").code == 2


def test_the_synthetic_data_set_is_counted(run: Commands) -> None:
    assert run("datasets", "synthetic", "--check").out == (
        "Synthetic sketches and photos\n"
        "part                    found  published\n"
        "classes                    56         56\n"
        "photos                    560\n"
        "sketches                1,680\n"
        "photos with sketches      560\n"
        "sketches without photo      0\n"
    )


@pytest.fixture
def small_benchmark(monkeypatch: pytest.MonkeyPatch) -> Benchmark:
    """A benchmark of four photos and their sketches."""
    one = Benchmark(
        name="small/category",
        title="Small",
        description="Four photos.",
        dataset="synthetic",
        queries=Part(),
        gallery=Part(),
        relevance="class",
        metrics=("map@all", "acc@1"),
        unseen="photos",
        options={"classes": ("cup", "tree"), "instances": 2, "sketches_per_photo": 1, "size": 64},
        compare=("sketchy-21",),
    )
    monkeypatch.setattr(benchmarks, "benchmarks", lambda: {one.name: one})
    return one


@pytest.mark.usefixtures("small_benchmark")
def test_evaluate_prints_figures_beside_published_ones(run: Commands, model: Path) -> None:
    assert run("evaluate", "--list").out == "small/category  Small\n"
    (listed,) = json.loads(run("evaluate", "--list", "--json").raw)
    assert (listed["protocol"], listed["relevance"]) == ("category", "class")
    asked = ("evaluate", model, "--benchmark", "small/category", "--no-cache")
    done = run(*asked)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "tiny@ID on small/category\n4 sketches, 4 photos\n\n"
        "map@all  #.###  95% interval #.### to #.###\nacc@1    #.###\n\nPrinted by"
    )
    done = run(*asked, "--json", "--out", "figures.json", "--html", "page.html")
    assert done.err == "figures written: figures.json\npage written: page.html\n"
    told = json.loads(done.raw)
    assert set(told["metrics"]) == {"map@all", "acc@1"}
    assert not {"queries", "details"} & set(told)
    assert told["method"] == {
        "name": "test",
        "settings": told["method"]["settings"],
        "seed": None,
        "recipe": "",
    }
    assert told["command"] == "sketchseek evaluate model --benchmark small/category"
    written = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    assert len(written["queries"]["map@all"]) == 4
    assert written["metrics"] == told["metrics"]
    assert "tiny@" in Path("page.html").read_text(encoding="utf-8")


def test_evaluate_warns_of_what_a_model_has_seen(
    run: Commands, model: Path, small_benchmark: Benchmark, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(small_benchmark, unseen="classes")
    monkeypatch.setattr(benchmarks, "benchmarks", lambda: {new.name: new})
    asked = ("evaluate", model, "--benchmark", "small/category", "--no-cache", "--out", "figures.json")
    told = "the model learnt from sketchy; its card does not tell from which classes"
    for done in (run(*asked), run(*asked)):  # measured, then kept
        assert f"\n\nNote: {told}.\n" in done.out
    assert json.loads(run(*asked, "--json").raw)["warnings"] == [told]


@pytest.mark.usefixtures("small_benchmark")
def test_evaluate_keeps_what_is_measured_already(run: Commands, model: Path) -> None:
    asked = ("evaluate", model, "--benchmark", "small/category", "--no-cache", "--out", "figures.json")
    first = run(*asked)
    assert first.err == "figures written: figures.json\n"
    before = Path("figures.json").read_text(encoding="utf-8")
    again = run(*asked)
    assert again.err == "already measured: figures.json; --force measures again\n"
    assert again.raw == first.raw
    assert json.loads(run(*asked, "--json").raw)["metrics"] == json.loads(before)["metrics"]
    assert Path("figures.json").read_text(encoding="utf-8") == before
    assert run(*asked, "--force").err == "figures written: figures.json\n"
    Path("figures.json").write_text(before.replace('"items": "', '"items": "0'), encoding="utf-8")
    assert run(*asked).err == "figures written: figures.json\n"


@pytest.mark.usefixtures("small_benchmark")
def test_evaluate_says_what_is_wrong(run: Commands, model: Path) -> None:
    assert run("evaluate", model).code == 2
    done = run("evaluate", model, "--benchmark", "small/categry")
    assert (done.code, done.out) == (1, "")
    assert "Did you mean 'small/category'?" in done.err


@pytest.mark.usefixtures("small_benchmark")
def test_evaluate_measures_baselines_like_models(run: Commands) -> None:
    asked = ("--benchmark", "small/category", "--no-cache", "--out")
    for seed in (0, 1):
        done = run("evaluate", f"gf-hog:words=20,seed={seed}", *asked, f"{seed}.json")
        assert (done.code, done.err) == (0, f"figures written: {seed}.json\n")
        assert done.out.startswith("gf-hog@")
        assert " on small/category\n4 sketches, 4 photos\n\nmap@all  #.###" in done.out
    again = run("evaluate", "gf-hog:words=20", *asked, "0.json")
    assert again.err == "already measured: 0.json; --force measures again\n"
    assert run("evaluate", "edges", *asked, "edges.json").code == 0
    told = json.loads(run("compare", "0.json", "1.json", "edges.json", "--json").raw)
    assert {row["name"]: row["seeds"] for row in told["methods"]} == {"gf-hog": [0, 1], "edges": [None]}
    assert json.loads(Path("1.json").read_text(encoding="utf-8"))["command"] == (
        "sketchseek evaluate gf-hog:words=20,seed=1 --benchmark small/category"
    )
    done = run("evaluate", "gfhog", "--benchmark", "small/category")
    assert (done.code, done.out) == (1, "")
    assert "unknown model or baseline 'gfhog'. Did you mean 'gf-hog'?" in done.err
    done = run("evaluate", "centred:edges", "--benchmark", "small/category", "--no-cache")
    assert "no training part" in done.err


@pytest.mark.usefixtures("small_benchmark")
def test_evaluate_puts_codes_on_a_row_of_their_own(run: Commands, model: Path) -> None:
    asked = ("evaluate", model, "--benchmark", "small/category", "--no-cache")
    assert run(*asked, "--out", "plain.json").code == 0
    for codes in ("itq:2", "pq:2x1"):
        done = run(*asked, "--codes", codes, "--out", f"{codes[:2]}.json")
        assert (done.code, done.out.split("@")[0]) == (0, f"tiny+{codes}")
    told = json.loads(Path("it.json").read_text(encoding="utf-8"))
    assert told["command"] == "sketchseek evaluate model --benchmark small/category --codes itq:2"
    assert told["method"]["name"] == "test, itq:2"
    rows = json.loads(run("compare", "plain.json", "it.json", "pq.json", "--json").raw)["methods"]
    assert {row["name"] for row in rows} == {"test", "test, itq:2", "test, pq:2x1"}
    assert "plain.json; --force" in run(*asked, "--out", "plain.json").err
    done = run(*asked, "--codes", "itq")
    assert (done.code, done.err) == (1, "sketchseek: codes 'itq': write itq:64, sizes from 1\n")


def test_commands_name_no_folder_of_ones_own() -> None:
    told = _command("centred:backbone:/home/me/nets/vit", "b", "itq:64")
    assert told == "sketchseek evaluate centred:backbone:vit --benchmark b --codes itq:64"
    assert _command("backbone:google/vit", "b", "").split()[2] == "backbone:google/vit"
    assert _command("/home/me/model", "b", "").split()[2] == "model"


def record(path: Path, model: str, values: list[float], seed: int | None = 0, **changes: Any) -> Path:
    """A result file as one of four queries."""
    facts = {
        "format": 1,
        "model": model,
        "benchmark": {
            "name": "small/category",
            "title": "Small",
            "digest": "d",
            "items": "i",
            "queries": 4,
            "gallery": 4,
        },
        "metrics": {"map@all": sum(values) / 4},
        "class_means": {"map@all": {"cup": values[0], "tree": values[2]}},
        "method": {"name": model.partition("@")[0], "settings": "s", "seed": seed},
        "queries": {"id": ["a", "b", "c", "d"], "map@all": values},
    }
    path.write_text(json.dumps(facts | changes), encoding="utf-8")
    return path


@pytest.mark.usefixtures("small_benchmark")
def test_compare_puts_runs_of_a_method_on_one_row(run: Commands, tmp_path: Path) -> None:
    files = [
        record(tmp_path / "one.json", "one@1", [0.5, 0.5, 0.5, 0.5]),
        record(tmp_path / "two.json", "one@2", [0.75, 0.75, 0.75, 0.75], seed=1),
        record(tmp_path / "other.json", "other@1", [0.25, 0.5, 0.5, 0.5]),
    ]
    done = run("compare", *files)
    assert (done.code, done.err) == (0, "")
    lines = done.raw.splitlines()
    assert lines[:5] == [
        "small/category: 4 sketches, 4 photos",
        "",
        "method  runs  map@all",
        "one        2  0.6250 ± 0.1768 *",
        "other      1  0.4375",
    ]
    assert any(line.startswith("Doodle2Search") and "mAP@all 0.369" in line for line in lines)
    told = json.loads(run("compare", *files, "--json").raw)
    assert told["methods"][0]["models"] == ["one@1", "one@2"]
    assert told["methods"][0]["seeds"] == [0, 1]
    assert told["methods"][1]["metrics"]["map@all"]["p"] > 0.05


def test_compare_refuses_what_does_not_compare(run: Commands, tmp_path: Path) -> None:
    one = record(tmp_path / "one.json", "one@1", [0.5] * 4)
    strange = json.loads(one.read_text(encoding="utf-8"))["benchmark"] | {"name": "large/category"}
    two = record(tmp_path / "two.json", "two@1", [0.5] * 4, benchmark=strange)
    done = run("compare", one, two)
    assert (done.code, done.out) == (1, "")
    assert "HERE/one.json is of small/category, HERE/two.json of large/category" in done.err
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    assert "notes.json is no result file" in run("compare", tmp_path / "notes.json").err
    assert run("compare", tmp_path / "nowhere.json").code == 1
    assert run("compare").code == 2


def test_a_report_says_what_it_needs(run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in ("report", "figures"):
        monkeypatch.delitem(sys.modules, f"sketchseek.evaluation.{name}", raising=False)
        monkeypatch.delattr(f"sketchseek.evaluation.{name}", raising=False)
    one = record(tmp_path / "one.json", "one@1", [0.5] * 4)
    done = run("compare", one, "--html", "report.html")
    assert done.code == 1
    assert "pip install 'sketchseek[report]'" in done.err


@pytest.mark.usefixtures("small_benchmark")
def test_a_report_of_real_results(run: Commands, model: Path) -> None:
    pytest.importorskip("matplotlib")
    asked = ("evaluate", model, "--benchmark", "small/category", "--no-cache", "--out", "figures.json")
    assert run(*asked).code == 0
    done = run("compare", "figures.json", "--html", "report.html")
    assert done.err == "report of 1 method written: report.html\n"
    assert "The best queries: test" in Path("report.html").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Config:
    """Settings of the toy method."""

    seed: int = 0
    rate: float = 0.1


def learn(config: Config, run_dir: Path, *, cache_dir: Path | None = None, on_progress: Any) -> Path:
    """Count up; a seed of 13 is stopped by hand."""
    on_progress(Progress("features", 1, 1))
    on_progress(Progress("counting", 1, 2, {"loss": 0.5 + config.seed}))
    if config.seed == 13:
        raise KeyboardInterrupt
    (run_dir / "model").mkdir(parents=True)
    write_card(Card("toy", "toy", 2, PhotoInput(), SketchInput()), run_dir / "model")
    return run_dir / "model"


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A method that needs no torch, with a recipe, one that needs it, and no torch."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "toy.paper.toml").write_text(
        'method = "toy"\nsummary = "As printed"\nbenchmarks = ["small/category"]\n[settings]\nseed = 7\n',
        encoding="utf-8",
    )
    monkeypatch.setattr("sketchseek.methods.recipe._FOLDER", tmp_path / "recipes")
    module = ModuleType("toy_method")
    module.TOY = Method("toy", "Counts.", Config, learn)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_method", module)
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "sketchseek.losses.triplet", None)
    monkeypatch.delitem(sys.modules, "sketchseek.losses.triplet")
    table = {"toy": "toy_method:TOY", "deep": "sketchseek.losses.triplet:TripletLoss"}
    monkeypatch.setattr("sketchseek.methods.METHODS", table)


@pytest.mark.usefixtures("toy")
def test_train_lists_methods_and_what_they_need(run: Commands) -> None:
    done = run("train", "--list")
    assert done.out == "toy   Counts.\ndeep\n\nRecipes, for --recipe\ntoy.paper  As printed.\n"
    missing = "'deep' needs torch, which is not installed. Run: pip install 'sketchseek[train]'\n"
    assert done.err == f"method {missing}"
    done = run("train", "deep")
    assert (done.code, done.out, done.err) == (1, "", f"sketchseek: method {missing}")


@pytest.mark.usefixtures("toy")
def test_train_shows_and_changes_settings(run: Commands, tmp_path: Path) -> None:
    top = 'method = "toy"\n\n[settings]\n'
    shown = run("train", "toy", "--show").out
    assert shown == f"{top}seed = 0\nrate = 0.1\n"
    done = run("train", "--recipe", "toy.paper", "--set", "rate=0.2", "--show")
    assert done.out == f"{top}seed = 7\nrate = 0.2\n"
    file = tmp_path / "own.toml"
    file.write_text(shown.replace("seed = 0", "seed = 3"), encoding="utf-8")
    assert run("train", "--recipe", file, "--show").out == f"{top}seed = 3\nrate = 0.1\n"
    done = run("train", "toy", "--set", "sed=1")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "seed" in done.err
    for wrong in (["toy", "--recipe", "toy.paper"], []):
        assert run("train", *wrong).code == 2


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 3\n", "own.toml: unknown setting 'seed'. Known: benchmarks,"),
        ('metod = "toy"\n', "own.toml: unknown setting 'metod'. Did you mean 'method'?"),
        ('summary = "x"\n', 'own.toml names no method; the first line is method = "deep", for example'),
        ('method = "toi"\n', "unknown method in own.toml: 'toi'. Did you mean 'toy'?"),
        ('method = "toy"\n[settings]\nsed = 1\n', "settings: unknown setting 'sed'. Did you mean 'seed'?"),
        ('method = "toy"\nsettings = 1\n', "own.toml: settings = 1: a table is wanted"),
    ],
)
def test_a_wrong_recipe_is_named(run: Commands, text: str, said: str) -> None:
    Path("own.toml").write_text(text, encoding="utf-8")
    done = run("train", "--recipe", "own.toml", "--show")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert said in done.err
    assert "Did you mean 'toy.paper'?" in run("train", "--recipe", "toy.papr").err


@pytest.mark.usefixtures("toy")
def test_train_tells_its_way_and_where_the_model_is(
    run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKETCHSEEK_DATA", "elsewhere")
    done = run("train", "toy", "--data", tmp_path)
    assert (done.code, done.out) == (0, "runs/toy/model\n")
    assert done.err == (
        "counting 1 of 2: loss 0.5\nMeasure it: sketchseek evaluate runs/toy/model --benchmark NAME\n"
    )
    done = run("train", "toy", "--set", "seed=13", "--out", "other")
    assert done.code == 130
    assert done.err.endswith(
        "sketchseek: stopped; other keeps what is done. Run the same command again to continue.\n"
    )
    done = run("train", "--recipe", "toy.paper")
    assert done.out == "runs/toy.paper/model\n"
    assert done.err.endswith("sketchseek evaluate runs/toy.paper/model --benchmark small/category\n")
    assert run("train", "toy", "--data", "nowhere").err.startswith("sketchseek: no folder nowhere; ")
