"""The watch looks again and again, says what came of it, and survives a failure."""

from __future__ import annotations

import logging
import threading

import pytest

from channels.audit_watch import COMMAND, AuditWatch, start_audit_watch
from channels.settings import BadSetting, load_settings


def looked(answers, caplog):
    """What the watch did with these exit codes, in order."""
    left, done, seen = list(answers), threading.Event(), []

    def run(command):
        seen.append(tuple(command))
        if not left:
            done.set()
            return 0
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.INFO):
        watch = AuditWatch(run, first=0.0, every=0.0).start()
        assert done.wait(60)
        watch.stop()
    return seen, [r.levelname for r in caplog.records if r.name == "channels.audit_watch"]


def test_it_looks_again_whatever_happened(caplog):
    seen, said = looked([3, 1, OSError("gone"), 0], caplog)
    assert set(seen) == {COMMAND} and len(seen) >= 5
    assert said[:3] == ["WARNING", "ERROR", "ERROR"]


def test_no_report_is_made_where_none_is_wanted(tmp_path):
    settings = load_settings({"FAIRWAY_HOME": str(tmp_path), "FAIRWAY_AUDIT_DAYS": "0"})
    assert start_audit_watch(settings) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRWAY_AUDIT_DAYS", "weekly"),
        ("FAIRWAY_AUDIT_DAYS", "999"),
        ("FAIRWAY_AUDIT_GROUPS", ","),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(BadSetting, match=name):
        load_settings({"FAIRWAY_HOME": str(tmp_path), name: value})
