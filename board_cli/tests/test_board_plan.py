"""What is copied and what is removed, by hashes alone."""

from board_cli.files.plan import digest, plan

WANTED = {"main.py": b"m", "boot.py": b"b", "wire/ids.mpy": b"i", "hal/usb.mpy": b"u"}


def there(**changed: bytes) -> dict[str, str]:
    return {path: digest(content) for path, content in {**WANTED, **changed}.items()}


def test_empty_board_gets_all_with_the_relay_s_file_first_and_what_starts_it_last():
    todo = plan(WANTED, {})
    assert list(todo.copy) == ["boot.py", "hal/usb.mpy", "wire/ids.mpy", "main.py"]
    assert (todo.remove, todo.same, todo.bytes_to_copy) == ((), 0, 4)


def test_board_that_has_all_is_left_alone():
    todo = plan(WANTED, there())
    assert todo.is_empty()
    assert todo.same == 4


def test_only_what_changed_is_copied():
    assert plan(WANTED, there(**{"hal/usb.mpy": b"old"})).copy == {"hal/usb.mpy": b"u"}


def test_what_the_role_does_not_need_goes_also_a_text_that_would_stand_before_its_precompiled_form():
    todo = plan(WANTED, there(**{"wire/ids.py": b"i", "hal/sim.mpy": b"s", "boot.py.new": b"half"}))
    assert todo.remove == ("boot.py.new", "hal/sim.mpy", "wire/ids.py")
    assert not todo.copy
