"""What a user meets: help, versions, stages that are skipped, stale outputs, errors of one line."""

import os
import re
import subprocess

import h5py
import numpy as np
import pytest
from program import CORES, QUICK, ROOT, only_error_line, scorefield, succeed, unseal

TINY = ["--generate.samples=2000", "--sample.samples=2000", "--measure.bins=20", "--forward.process=ve", "--sample.score=exact",
        "--sample.sampler=ode2", "--sample.steps=8"]


def test_help_lists_every_key_with_its_meaning():
    text = succeed("--help")
    for words in ("usage: scorefield", "[forward]", "noise-min", "standard deviations of the data", "exit codes"):
        assert words in text


def test_help_on_one_section():
    text = succeed("--help", "forward")
    assert text.startswith("\n[forward]\n") and "  noise-min = " in text and text.count("[") == 1 and "usage" not in text
    assert succeed("--help", "forward.noise-min") == text
    for section in ("run", "lattice", "model", "generate", "network", "train", "sample", "measure"):  # some are names of commands, too
        assert succeed("--help", section).startswith(f"\n[{section}]\n")
    assert succeed("--help", "status").startswith("usage: scorefield")
    result = scorefield("--help", "training", ranks=2)
    assert result.returncode == 2
    assert "unknown section [training]: expected one of [run] [" in only_error_line(result)


def test_version_on_two_ranks_speaks_once():
    text = succeed("--version", ranks=2)
    assert text.count("scorefield") == 1
    assert "ranks 2" in text
    assert "HDF5" in text and "LibTorch" in text


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_trains_cannot_be_loaded(tmp_path, ranks):
    """LibTorch was moved, say: one line, and what needs none of it works."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "libscorefield_learning.so").write_text("damaged")
    damaged = {"LD_LIBRARY_PATH": f"{tmp_path}/lib"}
    deck = [QUICK, *TINY, f"--run.output={tmp_path}/out", "--sample.score=learnt"]
    assert scorefield("generate", *deck, ranks=ranks, environment=damaged).returncode == 0
    result = scorefield("train", *deck, ranks=ranks, environment=damaged)
    assert result.returncode == 3
    assert "cannot load libscorefield_learning.so" in only_error_line(result) and "build and install the program again" in result.stderr


def test_second_run_skips_complete_stages(tmp_path):
    succeed("run", QUICK, *TINY, f"--run.output={tmp_path}")
    before = (tmp_path / "ensemble.h5").stat().st_mtime_ns
    text = succeed("run", QUICK, *TINY, f"--run.output={tmp_path}")
    assert text.count("is complete") == 3  # ensemble, forward, samples
    assert (tmp_path / "ensemble.h5").stat().st_mtime_ns == before


def test_status_tells_of_the_report(tmp_path):
    """By dates alone: it is no output of the program."""
    deck = [QUICK, *TINY, f"--run.output={tmp_path}"]
    succeed("generate", *deck)
    assert "report.md" not in succeed("status", tmp_path)
    assert f"measure: for tables and figures: scorefield-analysis report {tmp_path}\n" in succeed("run", *deck)
    assert f"report/report.md             missing: scorefield-analysis report {tmp_path}\n" in succeed("status", tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.md").touch()
    assert "report/report.md             complete\n" in succeed("status", tmp_path)
    measured = (tmp_path / "results.h5").stat().st_mtime
    os.utime(tmp_path / "report" / "report.md", (measured - 1.0, measured - 1.0))
    assert f"report/report.md             older than results.h5: scorefield-analysis report {tmp_path}\n" in succeed("status", tmp_path)
    text = succeed("status", *deck, "--model.sigma0=0.5")
    assert "results.h5                   stale, as is what it is of: ensemble.h5, forward-ve.h5, samples-ve-exact.h5\n" in text
    assert "report/report.md             of results.h5 as it is: measure first\n" in text


def test_keys_that_wait_for_others_are_told(tmp_path):
    """Each with where it stands and what it is for, by check and at the start of a run; other decks have no such line."""
    deck = tmp_path / "field.ini"
    deck.write_text("[model]\nname = gaussian-field\nkappa = 0.2\n[lattice]\nsize = 4, 4\n[generate]\nsamples = 64\nthermalisation = 10\n"
                    "[network]\norder = 3\n")
    idle = f"network.order ({deck}:10): for a diffusion model of a field on a lattice\n"
    out = f"--run.output={tmp_path}/out"
    assert "  without effect " + idle in succeed("check", deck, out)
    assert "without effect here: " + idle in succeed("generate", deck, out, ranks=2)
    assert "without effect" not in succeed("check", QUICK)
    both = ["--train.calibration=0", "--run.device=cuda"]  # those of one reason in one line; nothing of the other computes on a device
    text = succeed("check", deck, out, *both)
    assert f"  without effect network.order ({deck}:10), train.calibration (command line): for a diffusion model of a field on a lattice\n" in text
    assert "  without effect run.device (command line): for network.kind other than features, of a field\n" in text
    assert "without effect run.device (command line)" in succeed("check", QUICK, "--run.device=cuda")


def test_more_threads_than_processors_are_told(tmp_path):
    """Ranks of mpirun and threads of a rank alike."""
    cores = len(CORES)
    deck = [QUICK, *TINY, f"--run.threads={cores}"]
    crowded = f"more threads than processors: {2 * cores} threads of 2 ranks on {cores} processor"
    assert crowded in succeed("generate", *deck, f"--run.output={tmp_path}/a", ranks=2)
    assert "more threads" not in succeed("generate", *deck, f"--run.output={tmp_path}/b")


def test_a_file_of_another_program(tmp_path):
    """It has no deck: none is told as its own."""
    with h5py.File(tmp_path / "ensemble.h5", "w") as file:
        file["field"] = np.zeros(4)
    result = scorefield("generate", QUICK, *TINY, f"--run.output={tmp_path}")
    assert result.returncode == 2
    assert "ensemble.h5 was not written by scorefield: there is no deck in it" in only_error_line(result) and "--overwrite" in result.stderr
    assert "stale: " in succeed("status", QUICK, *TINY, f"--run.output={tmp_path}")
    succeed("generate", QUICK, *TINY, f"--run.output={tmp_path}", "--overwrite")
    assert (tmp_path / "ensemble.h5.old").exists()


def test_a_relative_path_of_a_deck_that_is_not_there():
    result = scorefield("check", "input/none.ini")
    assert result.returncode == 2
    assert f"no deck input/none.ini in {ROOT}: give the path of a deck" in only_error_line(result)
    assert "no deck /none.ini: give" in only_error_line(scorefield("check", "/none.ini"))


@pytest.mark.parametrize("script, words", [("setup.sh", "--develop"), ("build.sh", "[release|debug|asan|coverage|fuzz]"), ("local.sh", "SCOREFIELD_RANKS"),
                                           ("chain.sh", "JOBS"), ("run.sbatch", "--no-requeue"), ("scan.sbatch", "KEY=V0,V1,...")])
def test_scripts_say_how_they_are_called(tmp_path, script, words):
    """Without doing anything; an unknown option, or a job script outside of a job, is one line."""
    script = ROOT / "jobscripts" / script
    said = subprocess.run([script, "--help"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert words in said.stdout and not said.stderr and not said.stdout.startswith("#")
    outside = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    said = subprocess.run([script, "--hlep"], capture_output=True, text=True, cwd=tmp_path, env=outside, check=False)
    assert said.returncode == 2 and said.stdout == "" and said.stderr.count("\n") == 1 and "error: " in said.stderr


def test_stale_output_is_refused_and_set_aside_on_request(tmp_path):
    succeed("generate", QUICK, *TINY, f"--run.output={tmp_path}")
    changed = ["generate", QUICK, *TINY, "--model.sigma0=0.5", f"--run.output={tmp_path}"]
    result = scorefield(*changed)
    assert result.returncode == 2
    assert "was made by another deck" in only_error_line(result)
    succeed(*changed, "--overwrite")
    assert (tmp_path / "ensemble.h5.old").exists()


def test_a_free_key_does_not_make_outputs_stale(tmp_path):
    succeed("generate", QUICK, *TINY, f"--run.output={tmp_path}")
    assert "is complete" in succeed("generate", QUICK, *TINY, "--run.threads=2", f"--run.output={tmp_path}")


def test_missing_input_names_the_stage_to_run(tmp_path):
    result = scorefield("sample", QUICK, *TINY, f"--run.output={tmp_path}")
    assert result.returncode == 2
    assert "run `scorefield generate" in only_error_line(result)


def test_check_writes_nothing(tmp_path):
    folder = tmp_path / "never"
    text = succeed("check", QUICK, f"--run.output={folder}")
    assert "the deck is good" in text and "mu0 = 1" in text
    assert not folder.exists()


def test_check_estimates_memory_and_work_of_a_lattice(tmp_path):
    more = ["--lattice.size=1024,512", "--generate.samples=40", "--generate.chains=2", "--generate.thermalisation=30",
            "--generate.separation=5", "--generate.trajectory=1", "--generate.step=0.1", f"--run.output={tmp_path / 'never'}"]
    text = succeed("check", ROOT / "input" / "phi4-large.ini", *more)
    memory = re.search(r"memory a rank +([\d.]+) MB to generate, ([\d.]+) MB to measure", text)
    assert memory, text
    fields, configurations, bins = 3 * 2, 2, 4 * 32
    assert float(memory[1]) > (fields + configurations) * 8 * 1024 * 512 / 1e6 and float(memory[2]) > bins
    assert "work           260 updates of about 10 steps of 524 k sites: 1.36 G" in text
    imported = ["--generate.algorithm=import", "--generate.import-file=a.npy"]
    text = scorefield("check", ROOT / "input" / "phi4-large.ini", *more, *imported).stdout
    assert "to generate" in text and "updates" not in text


def test_a_failure_on_one_rank_ends_all_with_one_message(tmp_path):
    """Not a number in the half of the ensemble that the second rank sums up."""
    learnt = [*TINY, "--sample.score=learnt", "--sample.sampler=adams4", "--train.steps=5", "--train.warmup=1", f"--run.output={tmp_path}"]
    succeed("generate", QUICK, *learnt)
    with h5py.File(tmp_path / "ensemble.h5", "r+") as file:
        file["field"][1500] = np.nan
    unseal(tmp_path / "ensemble.h5")
    result = scorefield("train", QUICK, *learnt, ranks=2, timeout=30)
    assert result.returncode == 4
    assert "not a number" in only_error_line(result)
    assert not list(tmp_path.glob("model*"))


def test_an_unreadable_output_can_be_set_aside(tmp_path):
    (tmp_path / "ensemble.h5").write_text("not HDF5")
    result = scorefield("generate", QUICK, *TINY, f"--run.output={tmp_path}")
    assert result.returncode == 2
    assert "set aside what is there with --overwrite" in only_error_line(result)
    succeed("generate", QUICK, *TINY, f"--run.output={tmp_path}", "--overwrite")
    assert (tmp_path / "ensemble.h5.old").read_text() == "not HDF5"


def test_a_refused_deck_leaves_the_stored_one(tmp_path):
    succeed("generate", QUICK, *TINY, f"--run.output={tmp_path}")
    before = (tmp_path / "deck.ini").read_text()
    assert scorefield("generate", QUICK, *TINY, "--model.mu0=2", f"--run.output={tmp_path}").returncode == 2
    assert (tmp_path / "deck.ini").read_text() == before
