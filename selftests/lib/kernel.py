# SPDX-License-Identifier: GPL-2.0
"""The protocols that live in the helper module mgm_test: one namespace's are
driven by lines written to its /proc/net/mgm_test."""

from lib import abi, module


class KernelProtocol:
    """A protocol in the kernel; igmp, local_join: as words of "register"."""

    def __init__(self, router, number, component=0, words="", name=None):
        module.load("mgm_test")
        self.router = router
        name = name or f"kernel-{number}"
        self._do(f"register {number} {component} {name} {words}")
        self.handle = int(router.read("mgm_test").split()[1])

    def _do(self, line):
        self.router.write("mgm_test", line)

    def take(self, *devices):
        """Take devices; of IGMP: be enabled there."""
        for device in devices:
            self._do(f"take {self.handle} {self.router.ifindex(device)}")
        return self

    def release(self, device):
        """Release one."""
        self._do(f"release {self.handle} {self.router.ifindex(device)}")

    def join(self, device, group="0.0.0.0", source="0.0.0.0"):
        """Add a membership."""
        self._do(f"add {self.handle} {self.router.ifindex(device)} 0.0.0.0 "
                 f"{group} {source} {abi.MGM_MEMBERSHIP_F_JOIN}")
        return self

    def leave(self, device, group="0.0.0.0", source="0.0.0.0"):
        """Delete one."""
        self._do(f"del {self.handle} {self.router.ifindex(device)} 0.0.0.0 "
                 f"{group} {source} {abi.MGM_MEMBERSHIP_F_JOIN}")

    def member(self, device, group):
        """Of IGMP: the LAN truly has a member, to be reported when IGMP is enabled
        anew."""
        self._do(f"member add {self.router.ifindex(device)} {group}")
        self._members.append((device, group))

    def close(self):
        """Be shut down, unless that was before."""
        if self.handle:
            self._do(f"shutdown {self.handle}")
        self.handle = None


class Igmp(KernelProtocol):
    """The namespace's IGMP."""

    def __init__(self, router):
        self._members = []
        super().__init__(router, 2, words="igmp", name="igmp")

    def close(self):
        for device, group in self._members:
            ifindex = self.router.ifindex(device)
            if ifindex:
                self._do(f"member del {ifindex} {group}")
        self._members.clear()
        super().close()
