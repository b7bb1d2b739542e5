import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from planning.runs import MANIFEST, latest_run, list_runs, next_run, publish, workspace_lock
from wfm.errors import InputError, UsageProblem


def write(text):
    def fill(folder):
        (folder / "forecast.csv").write_text(text, encoding="utf-8")
        return {"note": text}

    return fill


def test_the_first_version_has_the_week_s_name_and_later_ones_a_number(tmp_path):
    first = publish(next_run(tmp_path, "plan", "2026-W48"), write("one"))
    second = publish(next_run(tmp_path, "plan", "2026-W48"), write("two"))
    assert [run.path.name for run in list_runs(tmp_path, "plan")] == ["2026-W48", "2026-W48.2"]
    assert (first.version, second.version) == ("2026-W48.1", "2026-W48.2")
    assert (first.path / "forecast.csv").read_text(encoding="utf-8") == "one"
    assert latest_run(tmp_path, "plan").manifest["note"] == "two"


def test_plans_and_tracks_of_a_week_are_kept_apart(tmp_path):
    publish(next_run(tmp_path, "plan", "2026-W48"), write("plan"))
    publish(next_run(tmp_path, "track", "2026-W48"), write("track"))
    (tmp_path / "notes-W48").mkdir()
    assert [run.path.name for run in list_runs(tmp_path, "plan")] == ["2026-W48"]
    assert [run.path.name for run in list_runs(tmp_path, "track")] == ["2026-W48-track"]


def test_versions_beyond_nine_are_in_order(tmp_path):
    for number in range(1, 12):
        assert publish(next_run(tmp_path, "plan", "2026-W48"), write("x")).number == number
    assert latest_run(tmp_path, "plan", "2026-W48").number == 11


def test_a_run_that_fails_leaves_nothing_behind(tmp_path):
    publish(next_run(tmp_path, "plan", "2026-W48"), write("one"))

    def fail(folder):
        write("half")(folder)
        raise InputError([])

    with pytest.raises(InputError):
        publish(next_run(tmp_path, "plan", "2026-W48"), fail)
    assert [path.name for path in tmp_path.iterdir()] == ["2026-W48"]


@pytest.mark.parametrize("damage", ["changed", "lost", "manifest"])
def test_a_damaged_run_is_named(tmp_path, damage):
    run = publish(next_run(tmp_path, "plan", "2026-W48"), write("one"))
    target = run.path / (MANIFEST if damage == "manifest" else "forecast.csv")
    target.write_text("{", encoding="utf-8") if damage != "lost" else target.unlink()
    (reread,) = list_runs(tmp_path, "plan")
    with pytest.raises(InputError, match=target.name) as caught:
        reread.verify()
    assert caught.value.findings[0].rule == "damaged-run"


def test_the_manifest_names_every_file_with_its_hash(tmp_path):
    run = publish(next_run(tmp_path, "plan", "2026-W48"), write("one"))
    manifest = json.loads((run.path / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["outputs"] == {"forecast.csv": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"}


def test_a_second_writer_is_told_to_wait(tmp_path):
    with workspace_lock(tmp_path), pytest.raises(UsageProblem, match="another run"), workspace_lock(tmp_path):
        pass
    with workspace_lock(tmp_path):
        pass


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_a_killed_run_leaves_the_published_one_whole_and_the_next_one_free(tmp_path):
    published = publish(next_run(tmp_path, "plan", "2026-W48"), write("one"))
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from planning.runs import next_run, publish, workspace_lock

        def fill(folder):
            (folder / "forecast.csv").write_text("half")
            print("writing", flush=True)
            time.sleep(60)

        runs = Path(sys.argv[1])
        with workspace_lock(runs):
            publish(next_run(runs, "plan", "2026-W48"), fill)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    with process:
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    published.verify()
    assert [run.path.name for run in list_runs(tmp_path, "plan")] == ["2026-W48"]
    with workspace_lock(tmp_path):
        again = publish(next_run(tmp_path, "plan", "2026-W48"), write("two"))
    assert (again.path / "forecast.csv").read_text(encoding="utf-8") == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "2026-W48", "2026-W48.2"]
