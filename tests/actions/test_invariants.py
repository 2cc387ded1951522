"""What clean-up promises, sentence by sentence, and the tests that hold each of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import lookalike.actions

TESTS = Path(__file__).parents[1]
INVARIANTS = {
    "I1 after any part of any run, what stays for each file that went is another file, and there": (
        "actions/test_random_trees.py::test_nothing_is_lost_whatever_the_tree_the_plan_and_others_do",
        "actions/test_volumes.py::test_two_mounts_of_one_folder_never_cost_the_only_copy",
        "actions/test_changed_meanwhile.py::test_nothing_goes_for_a_keeper_that_is_lost_meanwhile",
    ),
    "I2 without delete, no bytes become unreachable": (
        "actions/test_random_trees.py::test_nothing_is_lost_whatever_the_tree_the_plan_and_others_do",
        "actions/test_edited_plans.py::test_an_edited_plan_is_refused_or_does_no_harm",
    ),
    "I3 a run that is killed at any call leaves nothing that cannot be cleared up": (
        "actions/test_killed.py::test_a_run_that_is_killed_at_any_call_loses_nothing",
        "actions/test_volumes.py::test_a_killed_run_loses_nothing_on_any_file_system",
        "actions/test_runs_side_by_side.py::test_a_process_that_really_ends_loses_nothing",
    ),
    "I4 undo gives back the tree that was": (
        "actions/test_volumes.py::test_every_action_can_be_taken_back",
    ),
    "I5 undoing that is killed can be repeated": (
        "actions/test_killed.py::test_undoing_that_is_killed_at_any_call_can_be_repeated",
    ),
    "I6 a file that changes at any moment keeps its new bytes": (
        "actions/test_changed_meanwhile.py::test_a_file_that_changes_keeps_its_new_bytes",
    ),
    "I7 nothing changes that is an original, protected, outside, read-only or behind a link": (
        "actions/test_edited_plans.py::"
        "test_originals_and_what_is_protected_or_outside_are_never_touched",
        "actions/test_edited_plans.py::test_a_folder_that_became_a_link_is_not_followed",
        "actions/test_volumes.py::test_nothing_changes_on_a_volume_that_is_read_only",
    ),
    "I8 files of different bytes are never joined": (
        "actions/test_edited_plans.py::test_files_of_different_bytes_are_never_joined_nor_deleted",
    ),
    "I9 no existing file is ever overwritten": (
        "actions/test_invariants.py::test_one_module_changes_files_and_never_replaces_one",
        "actions/test_undoing.py::"
        "test_a_new_file_of_the_same_name_stays_and_the_old_one_comes_beside_it",
    ),
    "I10 equal input gives an equal plan": (
        "planning/test_promises.py::test_the_order_of_the_inputs_changes_nothing",
        "cli/cleaning/test_plan_command.py::"
        "test_neither_threads_nor_the_seed_of_hashes_change_a_plan",
    ),
    "I11 of two runs at once the second is refused, and a scan may run beside one": (
        "actions/test_runs_side_by_side.py::test_a_second_run_is_refused_while_one_is_at_work",
        "actions/test_beside_a_scan.py::test_both_are_right_whatever_their_order",
    ),
    "I12 a disk that is full at any write costs nothing": (
        "actions/test_refusing_disks.py::test_a_disk_that_is_full_at_any_write_costs_nothing",
        "actions/test_refusing_disks.py::"
        "test_undoing_on_a_disk_that_is_full_at_any_write_can_be_repeated",
        "actions/test_refusing_disks.py::test_a_volume_that_really_is_full_gets_no_copy",
    ),
    "I13 a pair that was told apart is never in one plan": (
        "cli/cleaning/test_plan_and_apart.py::"
        "test_a_pair_that_was_told_apart_is_never_in_one_plan_whatever_happens_to_its_files",
        "planning/test_promises.py::test_what_was_told_apart_never_matches",
    ),
    "I14 a catalogue is what a new scan would give": (
        "catalog/test_catalog_model.py::TestLibrary",
        "catalog/test_catalog_killed.py::"
        "test_a_scan_that_dies_before_any_statement_is_finished_by_the_next",
        "cli/cleaning/test_plan_with_catalogue.py::"
        "test_it_equals_a_plan_without_one_and_opens_nothing_the_second_time",
    ),
    "I15 a root that is away or empty marks nothing missing, and nothing relies on it": (
        "catalog/test_catalog_roots.py::test_a_root_that_is_away_comes_back_as_it_was",
        "catalog/test_catalog_volumes.py::test_two_disks_at_one_mount_point_are_two_roots",
        "actions/test_beside_a_scan.py::"
        "test_files_that_are_offline_are_neither_relied_on_nor_planned",
    ),
    "I16 over any sequence of runs, whatever went still directly matches something that is there": (
        "actions/test_sequences_of_runs.py::test_whatever_went_matches_something_that_is_there",
        "planning/test_earlier.py::test_over_two_runs_all_that_went_matches_something_that_stays",
    ),
}
CHANGES = re.compile(
    r"\bos\.(rename|replace|unlink|remove|rmdir|link|symlink|f?truncate|mkdir|makedirs|utime|chmod"
    r"|chown|setxattr)\b|\bshutil\b|\.(write_bytes|write_text|unlink|rename|rmdir|touch)\(.*Path"
)
REPLACES = re.compile(r"\bos\.(rename|renames|replace|symlink)\b|\bshutil\b")


@pytest.mark.parametrize("sentence", INVARIANTS)
def test_each_is_held_by_tests_that_are_there(sentence: str) -> None:
    for name in INVARIANTS[sentence]:
        file, _, test = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        names = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
        names |= {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
        assert test in names, name


def test_one_module_changes_files_and_never_replaces_one() -> None:
    """All of the others call it."""
    folder = Path(lookalike.actions.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not REPLACES.search(text), path
        if path.name not in {"fs.py", "calls.py"}:
            assert not CHANGES.search(text), path
