# shellcheck shell=bash
# Sourced by demo and demo-cluster after common.sh; never run by itself. What both need: a picture,
# programs, processes that end with the script, forms, and the contact sheet.
#
# PHOTO=path takes a picture of one's own; FORME_BIN=folder programs that are built already.

# Both of common.sh.
: "${project:?}" "${python:?}"
output="$project/demo-out"
readySeconds=30

# choose_photo FOLDER: sets `photo` to PHOTO as an absolute path, seen from FOLDER; empty without it.
choose_photo() {
  photo=${PHOTO:-}
  [[ -n $photo ]] || return 0
  # A tilde that came quoted, as by make, was not expanded.
  # shellcheck disable=SC2088
  if [[ $photo == '~' || $photo == '~/'* ]]; then photo="$HOME${photo:1}"; fi
  if [[ $photo != /* ]]; then photo="$1/$photo"; fi
  [[ -e $photo ]] || die "PHOTO: there is no file '$photo'"
  [[ -f $photo ]] || die "PHOTO: '$photo' is not a file"
  [[ -r $photo ]] || die "PHOTO: '$photo' cannot be read"
  photo=$(realpath "$photo")
}

# Sets `profiles` to the devices of the demo.
read_profiles() {
  mapfile -t profiles < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' Scripts/demo-profiles)
  ((${#profiles[@]} > 0)) || die "Scripts/demo-profiles names no profile"
}

# choose_programs FOLDER GROUP…: sets `programs`, building them unless FORME_BIN, seen from FOLDER,
# names them; installs the groups of packages that running needs.
choose_programs() {
  local seenFrom=$1
  shift
  if [[ -n ${FORME_BIN:-} ]]; then
    Scripts/setup "$@"
    programs=$(cd "$seenFrom" && realpath -- "$FORME_BIN")
  else
    Scripts/setup build "$@"
    Scripts/build
    programs=$(swift build -c release --show-bin-path)
  fi
  local program
  for program in forme-server forme-device; do
    [[ -x $programs/$program ]] || die "there is no $program in '$programs'"
  done
}

# Makes `work`, a folder that is gone with the script, and sees that what start_process starts is
# ended, the last one first, however the script ends.
begin_work() {
  started=()
  work=$(mktemp -d "${TMPDIR:-/tmp}/forme-demo.XXXXXX")
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

finish() {
  local status=$? index
  trap - EXIT
  # A second Ctrl-C must leave nothing behind either.
  trap '' INT TERM
  for ((index = ${#started[@]} - 1; index >= 0; index--)); do stop_process "${started[index]}"; done
  rm -rf "$work"
  exit "$status"
}

stop_process() {
  kill -0 "$1" 2>/dev/null || return 0
  kill -TERM "$1" 2>/dev/null || true
  # One that does not heed SIGTERM must not outlive the demo.
  local tenths=0
  while kill -0 "$1" 2>/dev/null && ((tenths < 150)); do
    sleep 0.1
    tenths=$((tenths + 1))
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# Every failure ends the demo with one line, after what the servers had to say.
fail() {
  local log
  for log in "$work"/*.log; do
    [[ -s $log ]] || continue
    printf '%s\n' "-- the last lines of $(basename "$log" .log):" >&2
    tail -n 20 "$log" >&2
  done
  die "$*"
}

# start_process NAME COMMAND…: starts it, waits for its line "… ready on …", and sets `address` to
# what that line says. Its output is $work/NAME.log.
start_process() {
  local name=$1
  shift
  # Not the terminal's Ctrl-C, but `finish` ends it, in its turn.
  setsid "$@" >"$work/$name.log" 2>&1 </dev/null &
  local process=$!
  started+=("$process")
  address=
  local deadline=$((SECONDS + readySeconds))
  until [[ -n $address ]]; do
    kill -0 "$process" 2>/dev/null || fail "$name ended before it was ready"
    ((SECONDS < deadline)) || fail "$name was not ready within $readySeconds s"
    sleep 0.1
    address=$(sed -n 's/^[a-z-]* ready on //p' "$work/$name.log" | head -n 1)
  done
}

# start_server NAME OPTION…: a forme-server on a free port, with a folder of its own.
start_server() {
  local name=$1
  shift
  # Port 0 lets the system choose; the ready line names the choice, and says when to begin.
  start_process "$name" "$programs/forme-server" serve --listen 127.0.0.1:0 \
    --data "$work/$name" "$@"
}

device() {
  "$programs/forme-device" "$@"
}

# Draws a test card unless there is a picture.
draw_photo() {
  [[ -z $photo ]] || return 0
  photo="$work/test card.png"
  say "Drawing a test card (PHOTO=path shows a picture of yours)"
  device testcard --width 800 --height 600 --output "$photo" || fail "the test card was not drawn"
}

# fetch_forms NAME ADDRESS FOLDER: what every profile gets of that name.
fetch_forms() {
  local name=$1 server=$2 folder=$3 number=0 profile stem
  mkdir -p "$folder"
  for profile in "${profiles[@]}"; do
    number=$((number + 1))
    printf -v stem '%s/%02d' "$folder" "$number"
    say "Fetching as $profile ($number of ${#profiles[@]})"
    device fetch "$name" --profile "$profile" --server "$server" \
      --output "$stem.form" --preview "$stem.png" --json >"$stem.json" \
      || fail "$profile did not get its form"
    # The sheet finds the label beside the picture.
    printf '%s\n' "$(basename "$profile" .json)" >"$stem.name"
  done
}

# draw_sheet FOLDER TITLE: the contact sheet of what was fetched into that folder.
draw_sheet() {
  mkdir -p "$output"
  "$python" Scripts/contact-sheet.py "$1" "$output/contact-sheet.png" --title "$2" \
    || fail "the contact sheet was not made"
  say "Every preview above was drawn from the bytes that the device received, and from nothing else."
  say "Contact sheet: $output/contact-sheet.png"
}
