# SPDX-License-Identifier: GPL-2.0
"""Who runs first: for cases in which something has to pile up."""

import contextlib
import os

from lib.traffic import kernel_setting


def softirq_thread(cpu=None):
    """The kernel's thread of a processor, by default this process's, that takes packets
    in when there are too many to do so on the spot."""
    name = f"ksoftirqd/{min(os.sched_getaffinity(0)) if cpu is None else cpu}"
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(FileNotFoundError):
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                if file.read().strip() == name:
                    return int(pid)
    raise FileNotFoundError(name)


@contextlib.contextmanager
def priority(pid, level):
    """A process goes before all others of a lower priority."""
    os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(level))
    try:
        yield
    finally:
        os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))


@contextlib.contextmanager
def without_control_path():
    """For the length of the "with" block the workers of MGM and IGMP do not come up: they
    run where the packets come in, or are kept to it, and this process, which runs there
    as well, does not let them.
    What takes packets in has to come before both, or they would come in afterwards."""
    here = min(os.sched_getaffinity(0))
    with kernel_setting("/proc/sys/kernel/sched_rt_runtime_us", "-1"), \
         kernel_setting("/sys/devices/virtual/workqueue/cpumask", f"{1 << here:x}"), \
         priority(softirq_thread(), 20), priority(0, 10):
        yield
