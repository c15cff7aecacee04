# SPDX-License-Identifier: GPL-2.0
"""The control path: changes a second."""

from core import flows
from core.figure import Ratio, figure
from core.network import Network
from core.sides import Ipmr, Kernel, Mgm

COUNT = 10000


@figure("memberships", "Memberships added a second")
def memberships(bench):
    """10,000 (S,G) memberships on one interface, against as many MRT_ADD_MFC, which is
    what an owner of ipmr tells the kernel. One a message: a call of libmgm each, which
    waits for the kernel's answer. Batched: mgm_batch_begin() and mgm_batch_end() around
    them, as many a message as fit. In the kernel: mgm_membership_add()."""
    count, wide = bench.size(COUNT), flows.wide(bench.size(COUNT))

    def ours(verb):
        with Mgm(network.router, [], network.outgoing, room=2 * COUNT,
                 receivers=False) as mgm:
            return count / mgm.side.tell(verb, network.outgoing[0], wide, 0, count)[0]

    def in_kernel():
        with Kernel(network.router, [], network.outgoing, receivers=False) as kernel:
            return count / kernel.tell(
                "add", network.router.ifindex(network.outgoing[0]), wide, 0, count)

    def theirs():
        with Ipmr(network.router, network.incoming, network.outgoing) as ipmr:
            return count / ipmr.side.tell("add", wide, 0, count)[0]

    with Network(1) as network:
        for case, turn, least in (("one a message", lambda: ours("add"), 0.5),
                                  ("batched", lambda: ours("batch"), 1),
                                  ("in the kernel", in_kernel, 2)):
            bench.compare(case, "memberships/s", turn, {"MRT_ADD_MFC": theirs},
                          {"MRT_ADD_MFC": Ratio(least)})
