# Sourced by the other scripts; never run by itself.

# Scripts work from anywhere, paths with spaces included.
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$project"

# Debian's own interpreter, since Debian's Pillow and numpy are installed for that one alone; a
# virtual environment or another Python first on PATH would not see them.
python=/usr/bin/python3

say() { printf '%s\n' "== $*"; }

die() {
  printf '%s\n' "$(basename "$0"): $*" >&2
  exit 1
}

# The manifest needs tools version 6.2; an older compiler would only say so in its own words.
require_swift() {
  command -v swift >/dev/null \
    || die "no Swift on PATH. Install Swift 6.2 or newer from swift.org and add its usr/bin to PATH."
  local version major minor
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "'swift --version' names no version: is the toolchain complete?"
  IFS=. read -r major minor _ <<<"$version.0"
  ((major > 6 || (major == 6 && minor >= 2))) \
    || die "Swift $version is too old: this project needs 6.2 or newer."
}
