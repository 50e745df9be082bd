#!/bin/bash
# image.sh FOLDER: the image definition, as far as rpi-image-gen itself judges it without building: its sources are in FOLDER.
# Its linter reads our layer, its loader our configuration, and its pipeline resolves every layer, provider and variable that an image would be built from.
# The last line is "N passed, N failed".
set -euo pipefail
if [ $# != 1 ] || [ ! -x "$1/bin/ig" ]; then sed -n '2,4s/^# //p' "$0" >&2; exit 64; fi
sources=$(readlink -f "$1")
ours=$(cd "$(dirname "$0")/../image/rpi-image-gen" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/dynamic"
python3 -c 'import debian.deb822, yaml' 2>/dev/null || { echo 'needs python3-debian and python3-yaml' >&2; exit 77; }
ig() { env -i PATH="$PATH" "$sources/bin/ig" "$@"; }
passed=0 failed=0
check() { # NAME FUNCTION
  if "$2" >"$work/log" 2>&1; then passed=$((passed + 1)); echo "ok $1"; else
    failed=$((failed + 1))
    echo "FAILED $1"
    tail -n 20 "$work/log"
  fi
}
lint() { ig metadata --lint "$ours/layer/energymesh.yaml"; }
load() {
  echo 'IGconf_energymesh_deb=/energymesh_0_arm64.deb' >"$work/overrides"
  ig metadata --emit "$sources/registry.defs" >"$work/registry"
  ig config --path "$ours/config:$sources/config" "$ours/config/energymesh.yaml" --overrides "$work/overrides" --write-to "$work/config"
}
resolve() {
  local layers
  mapfile -t layers < <(sed -nE 's/^IGconf_(device_layer|image_layer|layer_[a-z]+)="?([^"]*)"?$/\2/p' "$work/config")
  {
    cat "$work/registry" "$work/config"
    # What the program adds itself before it resolves.
    printf '%s="%s"\n' DEB_BUILD_ARCH amd64 DEB_BUILD_GNU_TYPE x86_64-linux-gnu DEB_HOST_ARCH arm64 DEB_HOST_GNU_TYPE aarch64-linux-gnu TOOLCHAIN_MODE cross \
      IGTOP "$sources" IGROOT "$sources" LAYER_HOOKS "$sources/layer-hooks" RPI_TEMPLATES "$sources/templates/rpi" DYNROOT "$work/dynamic" SRCROOT "$ours"
  } >"$work/environment"
  ig pipeline --env-in "$work/environment" --layers essential "${layers[@]}" --env-out "$work/resolved" --plan-out "$work/plan" \
    --path "DYNlayer=$work/dynamic:$ours/layer:$sources/layer:$sources/device:$sources/image"
}
planned() { # the layers that the node stands on, and none that would use its radios
  local layer
  for layer in rpi4 image-rota network-manager systemd-timesyncd wireless-regulatory energymesh; do
    grep -q "^$layer:" "$work/plan" || { echo "$layer is not in the plan"; return 1; }
  done
  for layer in iwd systemd-net-min; do
    if grep -q "^$layer:" "$work/plan"; then echo "$layer would use the mesh's radio"; return 1; fi
  done
}
hooks() { # what runs while an image is built is shell without errors
  python3 - "$ours/layer/energymesh.yaml" <<'END' >"$work/hooks.sh"
import sys, yaml
print('#!/bin/sh\nIGconf_energymesh_deb=')
for layer in yaml.safe_load_all(open(sys.argv[1])):
    for hook in layer['mmdebstrap']['customize-hooks'] + layer['mmdebstrap']['cleanup-hooks'] if layer else []:
        print('(\n' + hook + '\n)')
END
  shellcheck "$work/hooks.sh"
}
check 'linter' lint
check 'configuration' load
check 'layers, providers and variables' resolve
check 'plan' planned
check 'hooks' hooks
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
