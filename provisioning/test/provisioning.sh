#!/bin/sh
# What can be checked of provisioning without a machine to install on: shell scripts, cloud-init, the package's form. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0
check() { # NAME COMMAND...
  name=$1
  shift
  if output=$("$@" 2>&1); then passed=$((passed + 1)); echo "ok $name"; else
    failed=$((failed + 1))
    echo "FAILED $name"
    echo "$output" | head -40
  fi
}
# Every shell script of the repository's provisioning, found by its first line.
scripts=$(git ls-files -co --exclude-standard provisioning scripts .ci | xargs grep -lE '^#!.*/(env )?(ba)?sh$')
for script in $scripts; do check "shellcheck $script" shellcheck "$script"; done
check 'systemd units' provisioning/test/units.sh
if command -v cloud-init >/dev/null; then
  check 'cloud-init user-data' cloud-init schema --config-file provisioning/image/cloud-init/user-data
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
