"""Who waits for whom at a warehouse's lock."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from guanxi.warehouse.night.lock import NightRunningError, Work, only_one


@pytest.mark.parametrize(("first", "second"), [(Work.NIGHT, Work.ROTATION), (Work.ROTATION, Work.NIGHT)])
def test_a_night_and_a_rotation_wait_for_each_other(tmp_path, first, second):
    order, asked = [], Event()

    def wait() -> None:
        asked.set()
        with only_one(tmp_path, second):
            order.append(second)

    with only_one(tmp_path, first):
        thread = Thread(target=wait)
        thread.start()
        assert asked.wait(60)
        thread.join(0.5)
        assert thread.is_alive()
        order.append(first)
    thread.join(60)
    assert order == [first, second]


@pytest.mark.parametrize("work", list(Work))
def test_the_same_work_twice_is_refused_by_name(tmp_path, work):
    with (
        only_one(tmp_path, work),
        pytest.raises(NightRunningError, match=r"already \(process \d+\)"),
        only_one(tmp_path, work),
    ):
        pass
    with only_one(tmp_path, work):
        pass
