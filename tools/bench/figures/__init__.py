# SPDX-License-Identifier: GPL-2.0
"""The figures, a file for those that are measured in the same way."""

# In the order in which they are shown.
__all__ = ["throughput", "entries", "first_packet", "memberships", "tables", "join"]
