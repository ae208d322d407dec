#!/usr/bin/env bash
# Runs a command as on a machine that has Node.js, npm, git and the usual tools, and neither Redis, PostgreSQL, Docker nor a
# browser:
#
#     src/tooling/bare-path.sh npm test
#     src/tooling/bare-path.sh npx vitest run --config src/tooling/vitest.config.ts src/commands/checks/prove
set -euo pipefail
(($#)) || { echo "usage: $0 command [argument...]" >&2; exit 2; }

tools=(
  node npm npx git
  bash sh env
  awk basename cat chmod chown cp cut date dirname du echo expr false find grep head hostname id kill ln ls mkdir mkfifo
  mktemp mv nice printf ps pwd readlink realpath rm rmdir sed seq setsid sleep sort stat tail tar tee test timeout touch tr
  true uname uniq wc which xargs gzip
)
folder=$(mktemp -d "${TMPDIR:-/tmp}/bare-path.XXXXXX")
trap 'rm -rf "$folder"' EXIT
for tool in "${tools[@]}"; do
  if program=$(type -P "$tool"); then ln -s "$program" "$folder/$tool"; fi
done

# CHROMIUM_PATH names a browser outside the PATH; without MEATYMUSIC_TEST_BARE the tests look for PostgreSQL outside of it, too.
status=0
env -u CHROMIUM_PATH -u DOCKER_HOST -u GOSS -u MEATYMUSIC_TEST_NODES PATH="$folder" MEATYMUSIC_TEST_BARE=1 "$@" || status=$?
exit "$status"
