# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What in a kernel log means that something is wrong: for run, and for the test of it
# in selftests/planted.

complaints='WARNING: |BUG: |BUG [^ ]+ \(|kernel BUG at|Oops|Call Trace:|Kernel panic'
complaints+='|general protection fault[,:]|KASAN: |UBSAN: |KFENCE: |ODEBUG: '
complaints+='|possible (circular|recursive|irq lock|deadlock)|inconsistent lock state'
complaints+='|suspicious RCU usage|lock held when returning|bad unlock balance'
complaints+='|INFO: trying to register|turning off the locking correctness validator'
complaints+='|Disabling lock debugging|sleeping function called|scheduling while atomic'
complaints+='|refcount_t: |ref_tracker: |unreferenced object'
complaints+='|waiting for [^ ]+ to become free|list_(add|del) corruption'
complaints+='|INFO: task .* blocked for more|self-detected stall|detected (expedited )?stalls'
complaints+='|page allocation failure|Out of memory: Killed'

# Print the first few complaints in file $1, each with the lines around it.
excerpt()
{
	awk -v complaints="$complaints" '
	$0 ~ complaints && NR > shown {
		if (++count > 3)
			exit
		print "--"
		for (i = NR > 5 ? NR - 5 : 1; i < NR; i++)
			if (i > shown)
				print line[i % 8]
		shown = NR + 35
	}
	{ line[NR % 8] = $0 }
	NR <= shown' "$1"
}

# Print the kernel log in file $1, without the data races that KCSAN reports in the
# rest of the kernel: ours have a function of our modules in one of their stacks.
without_strangers()
{
	awk '
	function report_ends() {
		if (ours || held !~ /BUG: KCSAN: /)
			print held
		inside = 0
	}
	!inside && /==========\r?$/ { inside = 1; ours = 0; held = $0; next }
	!inside { print; next }
	{ held = held "\n" $0 }
	/\[(mgm|mgm_igmp|planted)\]/ { ours = 1 }
	/==========\r?$/ { report_ends() }
	END { if (inside) report_ends() }' "$1"
}

# The same of the log on stdin, without the stacks that kmem_cache_create() shows when a
# test leaves it without memory: it is told so, and that is all.
without_refusals()
{
	awk '
	/kmem_cache_create[a-z_]*\(mgm_[a-z]+\) failed with error -/ { refused = NR }
	/Call Trace:/ && refused && NR <= refused + 8 { refused = 0; next }
	1'
}

# Print the leaks in file $1, as kmemleak tells them, but for names of slab caches that
# could not be shown in sysfs: it is the kernel that forgets to free those.
without_names()
{
	awk '
	function object_ends() {
		if (held !~ /sysfs_slab_add/)
			printf "%s", held
		held = ""
	}
	/^unreferenced object/ { object_ends() }
	{ held = held $0 "\n" }
	END { object_ends() }' "$1"
}
