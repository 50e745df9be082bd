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
if python3 -c 'import yaml' 2>/dev/null; then
  check 'image definition is YAML' python3 -c 'import sys, yaml; [list(yaml.safe_load_all(open(name))) for name in sys.argv[1:]]' \
    provisioning/image/cloud-init/network-config provisioning/image/rpi-image-gen/*/*.yaml
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
