# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the scripts of tools/vm: where things are kept, how they are
# locked, and where Debian's kernel source is unpacked.

vm_dir=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
cache=${MGM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/mgm}
mkdir -p "$cache" && cache=$(realpath "$cache") || exit 1

series=6.1
source_tarball=/usr/src/linux-source-$series.tar.xz

# Messages go to stderr: stdout belongs to the caller's result.
say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$@"
	exit 1
}

# Run the rest of this script alone: whoever comes second waits here, and then
# finds the work done. The lock goes away with the process.
lock()
{
	exec {lock_fd}>"$cache/$1.lock"
	if ! flock -n "$lock_fd"; then
		say "waiting for another ${0##*/} to finish $1"
		flock "$lock_fd"
	fi
}

unlock()
{
	exec {lock_fd}>&-
}

package_version()
{
	dpkg-query -W -f '${Version}' "$1" 2>/dev/null
}

# Print the directory of Debian's kernel source, unpacked once per version of
# the package. Only what an x86 kernel without graphics, sound and media can
# ever compile is kept: a third of the tree.
source_tree()
{
	local version dir top=linux-source-$series

	"$vm_dir/install-packages" "linux-source-$series" xz-utils || return
	version=$(package_version "linux-source-$series") || return
	dir=$cache/source-$version

	if [ ! -d "$dir" ]; then
		lock "source-$version"
		if [ ! -d "$dir" ]; then
			say "unpacking $source_tarball (half a minute)"
			rm -rf "$dir.part"
			mkdir "$dir.part"
			tar -xJf "$source_tarball" -C "$dir.part" --strip-components=1 \
			    --exclude="$top/Documentation/?*/*" \
			    --exclude="$top/arch/[!Kx]*.[chS]" \
			    --exclude="$top/arch/[!Kx]*.dts*" \
			    --exclude="$top/drivers/gpu/*.[ch]" \
			    --exclude="$top/drivers/media/*.[ch]" \
			    --exclude="$top/drivers/staging/*.[ch]" \
			    --exclude="$top/sound/*.[ch]" \
			    --exclude="$top/tools/perf/*" &&
				mv "$dir.part" "$dir" || return
		fi
		unlock
	fi
	echo "$dir"
}
