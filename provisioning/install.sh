#!/bin/bash
# Makes a Raspberry Pi (Raspberry Pi OS Bookworm or Trixie, 64 bit) or a Debian 12/13 machine a node of an EnergyMesh community.
# docs/install.md. Checks first and changes nothing, says what it will do, asks once, and leaves nothing half-done: what fails is undone.
# May be run again at any time: what is done already is left as it is.
set -euo pipefail
umask 022

# Everything is read before anything runs: a script that is replaced or cut off meanwhile does no harm.
main() {
  read_arguments "$@"
  if [ "$uninstall" = yes ]; then
    check_root
    uninstall
    return
  fi
  check_machine
  find_package
  check_radios
  check_networking
  [ ${#problems[@]} = 0 ] || refuse
  explain
  [ "$dry_run" = no ] || { say 'Nothing was changed (--dry-run).'; return; }
  ask
  install
}

usage() {
  cat <<'END'
install.sh [options]
  --package FILE.deb    the package; without it energymesh_*_<architecture>.deb beside this script
  --invite FILE         the invite that the community's administrator gave you (EM1-...); can be given later
  --name NAME           what the node is called in the mesh; without it the machine's host name
  --country CC          where the radios stand, two letters as in DE: radio rules differ; without it no radio is turned on
  --mesh-interface IF   the radio that meshes, if there are several that could
  --ap-interface IF     the radio for the access point, if there are several that could
  --yes                 do not ask
  --dry-run             check and explain, change nothing
  --uninstall           remove it; keys, certificate and data stay for a later installation
  --uninstall --purge   remove it with keys and data, for good
Exit status: 0 done; 1 failed and undone; 2 failed, and undoing failed too; 64 wrong arguments; 69 this machine cannot be a node
END
}

package='' invite='' name='' country='' mesh_interface='' ap_interface='' yes=no dry_run=no uninstall=no purge=no
problems=() notes=()
record=/var/lib/energymesh-install
log=/var/log/energymesh-install.log
memory_mib_min=700 disk_mib_min=600 up_seconds_max=${ENERGYMESH_UP_SECONDS:-180}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
wrong() { printf 'install.sh: %s\n\n' "$*" >&2; usage >&2; exit 64; }
problem() { problems+=("$*"); }
note() { notes+=("$*"); }
refuse() {
  say 'This machine cannot be a node as it is:' >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 69
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --package | --invite | --name | --country | --mesh-interface | --ap-interface)
        [ $# -ge 2 ] || wrong "$1 needs a value"
        local variable=${1#--}
        printf -v "${variable//-/_}" '%s' "$2"
        shift
        ;;
      --yes) yes=yes ;;
      --dry-run) dry_run=yes ;;
      --uninstall) uninstall=yes ;;
      --purge) purge=yes ;;
      -h | --help) usage; exit 0 ;;
      *) wrong "there is no option $1" ;;
    esac
    shift
  done
  [ "$purge" = no ] || [ "$uninstall" = yes ] || wrong '--purge goes with --uninstall'
  [[ -z $country || $country =~ ^[A-Z]{2}$ ]] || wrong "--country $country: two capital letters, as in DE"
  # systemd reads it from a file, where a quote goes on to the next one, over the ends of lines.
  [[ ${#name} -le 40 && ! $name =~ [[:cntrl:]] && $name != *[\"\'\\]* ]] || wrong '--name: at most 40 characters, on one line, without quotes and backslashes'
  local interface
  for interface in $mesh_interface $ap_interface; do
    [[ $interface =~ ^[a-zA-Z0-9._-]{1,15}$ ]] || wrong "$interface is no name of a network interface"
  done
}

# --- checks: they change nothing

check_root() { [ "$(id -u)" = 0 ] || { say 'install.sh: needs root: sudo ./install.sh ...' >&2; exit 64; }; }

check_machine() {
  check_root
  local id='' version='' name=''
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || { id=$(. /etc/os-release; printf '%s' "$ID"); version=$(. /etc/os-release; printf '%s' "${VERSION_ID:-}"); name=$(. /etc/os-release; printf '%s' "$PRETTY_NAME"); }
  case $id-$version in
    debian-12 | debian-13 | raspbian-12 | raspbian-13) ;;
    *) problem "${name:-This system} is not one that this was made for: Raspberry Pi OS or Debian, Bookworm (12) or Trixie (13)" ;;
  esac
  architecture=$(dpkg --print-architecture 2>/dev/null || true)
  case $architecture in
    arm64 | amd64) ;;
    armhf) problem 'this is the 32-bit system: take "Raspberry Pi OS Lite (64-bit)" in Raspberry Pi Imager' ;;
    *) problem "there is no package for the architecture ${architecture:-of this machine}: arm64 and amd64 only" ;;
  esac
  [ -d /run/systemd/system ] || problem 'systemd does not run here: a container or another init cannot be a node'
  local memory disk
  memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  [ "$memory" -ge $memory_mib_min ] || problem "$memory MiB of memory, at least $memory_mib_min are needed (a Pi 4B has 1 GiB or more)"
  disk=$(df --output=avail -m / | tail -n 1 | tr -d ' ')
  [ "$disk" -ge $disk_mib_min ] || problem "$disk MiB are free on the card, at least $disk_mib_min are needed"
  [ -z "$(dpkg --audit 2>/dev/null | head -n 1)" ] || [ -d "$record" ] || problem 'packages are half installed here: dpkg --configure -a, then again'
  if [ -r /proc/device-tree/model ]; then model=$(tr -d '\0' </proc/device-tree/model); else model="a machine"; fi
  os=$name
  if [ -n "$invite" ]; then
    if [ ! -f "$invite" ] || [ "$(stat -c %s "$invite")" -gt 16384 ]; then problem "$invite is no invite: a file of at most 16 KiB"
    elif ! grep -qE '^[[:space:]]*(EM1-|\{)' "$invite"; then problem "$invite holds no invite (EM1-...)"; fi
  fi
}

find_package() {
  if [ -z "$package" ]; then
    local here found
    here=$(dirname "$(readlink -f "$0")")
    found=$(find "$here" "$here/../dist" -maxdepth 1 -name "energymesh_*_$architecture.deb" 2>/dev/null | sort -V | tail -n 1 || true)
    package=$found
  fi
  if [ -z "$package" ]; then problem 'no package: give --package energymesh_<version>_<architecture>.deb'; return; fi
  if [ "$(dpkg-deb --field "$package" Package 2>/dev/null)" != energymesh ]; then problem "$package is no energymesh package, or not a whole one"; return; fi
  package=$(readlink -f "$package")
  version=$(dpkg-deb --field "$package" Version)
  local for_architecture
  for_architecture=$(dpkg-deb --field "$package" Architecture)
  [ "$for_architecture" = "$architecture" ] || problem "$package is for $for_architecture, this machine is $architecture"
  if [ -r "$package.sha256" ] && ! (cd "$(dirname "$package")" && sha256sum --quiet --check "$package.sha256" >/dev/null 2>&1); then
    problem "$package is not the file that $package.sha256 names"
  fi
  before=$(dpkg-query --showformat '${db:Status-Abbrev} ${Version}' --show energymesh 2>/dev/null | sed -n 's/^ii *//p' || true)
}

radios() { # names of wireless interfaces
  local folder
  for folder in /sys/class/net/*/phy80211; do [ ! -e "$folder" ] || basename "$(dirname "$folder")"; done
}
driver_of() { basename "$(readlink -f "/sys/class/net/$1/device/driver" 2>/dev/null)" 2>/dev/null || printf unknown; }
can_mesh() { # by iw where it is there, else by driver
  local phy
  phy=$(cat "/sys/class/net/$1/phy80211/name")
  if command -v iw >/dev/null; then iw phy "$phy" info 2>/dev/null | grep -q '^[[:space:]]*\* mesh point$'
  else [[ $(driver_of "$1") =~ ^(mt76x[02][ue]|ath9k|ath9k_htc|mac80211_hwsim)$ ]]; fi
}
pinned() { [ "$1" = mesh0 ] || [ "$1" = ap0 ]; }

check_radios() {
  local radio meshing=() others=()
  for radio in $mesh_interface $ap_interface; do
    [ -e "/sys/class/net/$radio/phy80211" ] || problem "there is no radio $radio here; there are: $(radios | tr '\n' ' ')"
  done
  radio_lines=()
  for radio in $(radios); do
    if can_mesh "$radio"; then
      meshing+=("$radio")
      radio_lines+=("$radio ($(driver_of "$radio")): can mesh")
    else
      others+=("$radio")
      radio_lines+=("$radio ($(driver_of "$radio")): cannot mesh (no 802.11s); good for the access point")
    fi
  done
  if [ -n "$mesh_interface" ] && [ -e "/sys/class/net/$mesh_interface" ] && ! can_mesh "$mesh_interface"; then
    problem "$mesh_interface cannot mesh: its driver $(driver_of "$mesh_interface") has no 802.11s"
  fi
  [ -n "$mesh_interface" ] || { [ ${#meshing[@]} = 0 ] || mesh_interface=${meshing[0]}; }
  if [ -z "$ap_interface" ]; then
    for radio in ${others[@]+"${others[@]}"} ${meshing[@]+"${meshing[@]}"}; do
      if [ "$radio" != "$mesh_interface" ]; then ap_interface=$radio; break; fi
    done
  fi
  [ -z "$ap_interface" ] || [ "$ap_interface" != "$mesh_interface" ] || problem "$ap_interface cannot be the mesh's radio and the access point at once"
  [ -n "$mesh_interface" ] || note "No radio here can mesh; the Pi's built-in one never can. The node will use Ethernet alone until a USB adapter with an MT7612U (driver mt76x2u) is plugged in: docs/hardware.md"
  [ -n "$country" ] || [ -s /var/lib/energymesh-setup/country ] || note 'No --country: radios stay off until the country is set (by law, and because channels differ).'
}

check_networking() {
  manager='nothing that this knows'
  if systemctl is-active --quiet NetworkManager 2>/dev/null; then manager=NetworkManager
  elif systemctl is-active --quiet systemd-networkd 2>/dev/null; then manager=systemd-networkd
  elif systemctl is-active --quiet dhcpcd 2>/dev/null; then
    manager=dhcpcd
    note 'dhcpcd asks for addresses on every interface: add "denyinterfaces mesh0 ap0 bat0 wg-up wg-mesh" to /etc/dhcpcd.conf.'
  elif systemctl is-active --quiet networking 2>/dev/null; then manager=ifupdown; fi
  # A machine that is reached over the radio that will mesh is lost in the middle of this.
  local way
  way=$(ip -o route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  if [ -n "$way" ] && { [ "$way" = "$mesh_interface" ] || [ "$way" = "$ap_interface" ]; } && ! pinned "$way"; then
    note "This machine's way to the Internet is the radio $way, which will be the node's own after the restart: connect Ethernet."
  fi
  if grep -rqsE '^[[:space:]]*(interface|bridge)=' /etc/hostapd/hostapd.conf; then note 'hostapd is configured here already: two access points on one radio do not work.'; fi
}

# --- what will happen, and the one question

explain() {
  say "EnergyMesh $version on $model, $os ($architecture)"
  say "  network managed by: $manager"
  if [ ${#radio_lines[@]} = 0 ]; then say '  radios: none'; else printf '  radio %s\n' "${radio_lines[@]}"; fi
  say 'This will:'
  if [ "$before" = "$version" ]; then say "  - leave the package as it is ($version is installed)"
  elif [ -n "$before" ]; then say "  - upgrade from $before, and go back to it by itself if $version does not come up"
  else say '  - install the package and what it needs from Debian (batctl, hostapd, dnsmasq-base, nftables, wireguard-tools, ...)'; fi
  [ -z "$mesh_interface" ] || pinned "$mesh_interface" || say "  - call $mesh_interface mesh0 from the next restart on, by its address, and take it from $manager"
  [ -z "$ap_interface" ] || pinned "$ap_interface" || say "  - call $ap_interface ap0 from the next restart on, and take it from $manager"
  say '  - keep the journal in memory, hold back automatic updates of kernel, WiFi firmware and wpa_supplicant, and set the hardware watchdog to 15 s'
  [ -z "$invite" ] || say '  - take the invite (readable by root and the agent alone)'
  say '  - start the agent: dashboard on port 8080, devices on 8883, neighbours on 7770'
  [ ${#notes[@]} = 0 ] || { say 'To know:'; printf '  - %s\n' "${notes[@]}"; }
}

ask() {
  [ "$yes" = no ] || return 0
  [ -t 0 ] || { say 'install.sh: nobody to ask: --yes goes ahead without' >&2; exit 64; }
  local answer
  read -r -p 'Go ahead? [y/N] ' answer
  [[ $answer =~ ^[yY] ]] || { say 'Nothing was changed.'; exit 0; }
}

# --- changes: each step is undone if a later one fails

steps=6 step=0 undo=()
progress() {
  step=$((step + 1))
  printf '[%d/%d] %s\n' $step $steps "$*"
}
all_packages() { dpkg-query --showformat '${binary:Package} ${db:Status-Abbrev}\n' --show 2>/dev/null | sed -n 's/ ii *$//p' | sort; }

roll_back() {
  local status=$? at
  trap - EXIT INT TERM HUP
  [ ${#undo[@]} -gt 0 ] || exit $status
  printf 'install.sh: failed at step %d; undoing\n' $step >&2
  local undone=1
  for ((at = ${#undo[@]} - 1; at >= 0; at--)); do ${undo[at]} || undone=2; done
  if [ $undone = 1 ]; then say 'Everything is as it was before.' >&2; else say 'Not everything could be undone; the lines above name what.' >&2; fi
  exit $undone
}

install() {
  trap roll_back EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  progress 'remember how the machine was'
  mkdir -p $record
  # A second run after a power cut keeps the first run's list: that is how the machine was.
  if [ ! -s $record/packages-before ]; then all_packages >$record/packages-before.new; sync $record/packages-before.new; mv $record/packages-before.new $record/packages-before; fi
  if [ -z "$before" ]; then undo+=(undo_packages); fi

  progress 'package'
  install_package
  progress 'which radio is which'
  choose "$mesh_interface" mesh0
  choose "$ap_interface" ap0
  progress 'settings of this node'
  settings
  progress 'start'
  systemctl daemon-reload
  # Again, if it ran before: what was given now goes into a network that nobody has confirmed yet.
  rm -f /var/lib/energymesh-setup/done
  systemctl restart energymesh-first-boot.service
  systemctl reset-failed energymesh-agent.service 2>/dev/null || true
  systemctl restart energymesh-agent.service
  progress "wait for the dashboard (up to $up_seconds_max s)"
  wait_healthy || { journalctl -u energymesh-agent -n 20 --no-pager >&2; fail 'the agent does not answer on port 8080; its last lines are above'; }
  undo=()
  trap - EXIT
  rm -rf $record/saved
  finish
}

install_package() {
  [ "$before" != "$version" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  dpkg --configure -a --force-confold >>$log 2>&1
  if [ -n "$before" ] && [ -s /var/lib/energymesh-upgrade/current.deb ]; then
    # Its own way back: nothing of it is left to undo here.
    energymesh-upgrade "$package"
    return
  fi
  apt-get update -q >>$log 2>&1 || say 'The list of Debian packages could not be refreshed; going on with the one that is here.'
  # Through a path that apt's own user can read.
  cp "$package" /var/cache/apt/archives/
  local copy
  copy=/var/cache/apt/archives/$(basename "$package")
  if ! apt-get install -y -q -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confmiss "$copy" >>$log 2>&1; then
    tail -n 20 $log >&2
    fail "the package could not be installed; all of it is in $log"
  fi
  rm -f "$copy"
  energymesh-upgrade --keep "$package"
}

undo_packages() {
  say 'undoing: packages' >&2
  export DEBIAN_FRONTEND=noninteractive
  local new
  dpkg --configure -a --force-confold >/dev/null 2>&1 || true
  # In whatever state it is; then what came for it.
  if dpkg-query --show energymesh >/dev/null 2>&1; then dpkg --purge --force-remove-reinstreq energymesh >>$log 2>&1 || return 1; fi
  mapfile -t new < <(comm -13 $record/packages-before <(all_packages))
  [ ${#new[@]} = 0 ] || apt-get purge -y -q "${new[@]}" >>$log 2>&1 || return 1
  rm -rf $record /var/lib/energymesh-upgrade
}

save_file() { # PATH: as it is now comes back
  mkdir -p $record/saved
  local saved
  saved=$record/saved/$(basename "$1")
  if [ -e "$1" ]; then cp -p "$1" "$saved"; undo+=("cp -p $saved $1"); else undo+=("rm -f $1"); fi
}

# By the adapter's own address: which one is wlan0 is a matter of luck. The first boot makes the node's first network state of it.
choose() { # INTERFACE NAME
  [ -n "$1" ] || return 0
  save_file "/var/lib/energymesh-setup/$2-mac"
  (umask 077; cat "/sys/class/net/$1/phy80211/macaddress" >"/var/lib/energymesh-setup/$2-mac")
  restart_needed=yes
}
restart_needed=no

settings() {
  save_file /etc/energymesh/agent.env
  save_file /var/lib/energymesh-setup/country
  save_file /etc/energymesh/invite
  local environment=/etc/energymesh/agent.env
  if [ -n "$country" ]; then (umask 077; printf '%s\n' "$country" >/var/lib/energymesh-setup/country); fi
  if [ -n "$name" ]; then set_variable EM_NAME "$name"; fi
  if [ -n "$invite" ]; then
    command install -o energymesh -g energymesh -m 0600 "$invite" /etc/energymesh/invite.new
    sync /etc/energymesh/invite.new
    mv /etc/energymesh/invite.new /etc/energymesh/invite
    set_variable EM_INVITE /etc/energymesh/invite
  fi
}
set_variable() { # NAME VALUE in $environment; other lines stay
  { grep -v "^$1=" "$environment" 2>/dev/null || true; printf '%s=%s\n' "$1" "$2"; } >"$environment.new"
  sync "$environment.new"
  mv "$environment.new" "$environment"
}

healthy() {
  local status
  # shellcheck disable=SC2016  # the inner shell expands it
  status=$(timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && printf "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 && head -n 1 <&3' 2>/dev/null) || return 1
  [[ $status == *' 200 '* ]]
}
wait_healthy() {
  local end=$((SECONDS + up_seconds_max))
  until healthy; do
    [ $SECONDS -lt $end ] || return 1
    sleep 1
  done
}

finish() {
  local address
  sync
  address=$(ip -o -4 addr show scope global 2>/dev/null | sed -n 's/.* inet \([0-9.]*\).*/\1/p' | head -n 1)
  say "Done: EnergyMesh $version runs. Dashboard: http://${address:-$(hostname).local}:8080"
  say 'Its claim code, which makes you its operator, is in the journal: journalctl -u energymesh-agent | grep -i claim'
  [ "$restart_needed" = no ] || say 'Restart the machine now (sudo reboot): radios, access point and firewall come up with it.'
}

# --- removal

uninstall() {
  dpkg-query --show energymesh >/dev/null 2>&1 || [ -d $record ] || { say 'EnergyMesh is not installed here.'; return; }
  local new=()
  if [ -s $record/packages-before ]; then mapfile -t new < <(comm -13 $record/packages-before <(all_packages) | grep -v '^energymesh$'); fi
  say "This will remove EnergyMesh$([ "$purge" = yes ] && printf ' with its keys, its certificate and what it has not delivered yet, for good')."
  [ "$purge" = yes ] || say 'Keys and data stay in /var/lib/energymesh and /etc/energymesh.'
  [ "$dry_run" = no ] || { say 'Nothing was changed (--dry-run).'; return; }
  ask
  export DEBIAN_FRONTEND=noninteractive
  steps=2
  progress 'package'
  dpkg --configure -a --force-confold >>$log 2>&1 || true
  apt-get "$([ "$purge" = yes ] && printf purge || printf remove)" -y -q energymesh >>$log 2>&1
  progress 'what came with it and nothing else needs'
  # Only what came with the installation and is needed by nobody: apt marks it so.
  local package removable=()
  for package in ${new[@]+"${new[@]}"}; do
    if apt-get -s autoremove 2>/dev/null | grep -q "^Remv ${package%%:*} "; then removable+=("$package"); fi
  done
  [ ${#removable[@]} = 0 ] || apt-get "$([ "$purge" = yes ] && printf purge || printf remove)" -y -q "${removable[@]}" >>$log 2>&1
  rm -rf $record
  [ "$purge" = no ] || rm -rf /var/lib/energymesh-upgrade $log
  say 'EnergyMesh is removed. Restart the machine for the radios to get their old names.'
}

main "$@"
