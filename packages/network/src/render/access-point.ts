import { addressText, parseCidr, type Subnet, subnetText } from '../address.ts';
import type { AccessPoint, Gateway, Mesh } from '../desired.ts';
import { hexOf } from '../text.ts';
import { heading, type RenderedFile, type RenderOptions } from './file.ts';

const profiles = {
  'wpa2-built-in': `# The Pi's own radio (brcmfmac): SAE crashes its firmware, and ESP32s of older firmware fail with protected management frames.
wpa_key_mgmt=WPA-PSK
ieee80211w=0
`,
  'sae-transition': `# WPA3 for who can, WPA2 for who cannot.
wpa_key_mgmt=WPA-PSK SAE
ieee80211w=1
sae_require_mfp=1
# Both ways of deriving the key: phones differ.
sae_pwe=2
`,
} as const;

/** The name in hexadecimal; the passphrase is printable ASCII and ends with its line, as hostapd reads it. (Its sae_password has options behind "|": not used.) */
export function hostapd(ap: AccessPoint, country: string, { folder, runtime, controlGroup }: RenderOptions): RenderedFile {
  return {
    path: `${folder}/hostapd-${ap.interface}.conf`,
    mode: 0o600,
    text: `${heading('The access point for devices and for setting up.')}
interface=${ap.interface}
driver=nl80211
ctrl_interface=${runtime}/ap
${controlGroup === undefined ? '' : `ctrl_interface_group=${controlGroup}\n`}country_code=${country}
ieee80211d=1
ssid2=${hexOf(ap.ssid)}
ignore_broadcast_ssid=${ap.hidden ? 1 : 0}
hw_mode=${ap.channel > 13 ? 'a' : 'g'}
channel=${ap.channel}
ieee80211n=1
wmm_enabled=1
max_num_sta=${ap.clientsMax}
# Devices do not reach each other.
ap_isolate=1
auth_algs=1
wpa=2
rsn_pairwise=CCMP
${profiles[ap.profile]}wpa_passphrase=${ap.passphrase}
`,
  };
}

/** For the unit: the address of the access point's interface. */
export function accessPointEnvironment(ap: AccessPoint, { folder }: RenderOptions): RenderedFile {
  return { path: `${folder}/ap-${ap.interface}.env`, mode: 0o644, text: `${heading("The access point's own address.")}EM_ADDRESS=${ap.address}\n` };
}

/** DHCP and DNS on the access point. Only addresses, numbers and interface names come into it. */
export function dnsmasqForAccessPoint(ap: AccessPoint, { folder, runtime }: RenderOptions): RenderedFile {
  const subnet = parseCidr(ap.address) as Subnet;
  const own = addressText(subnet);
  const portal = ap.portal
    ? `# The portal: every name leads here, so a phone finds the page by itself.
address=/#/${own}
dhcp-option=option:router,${own}
`
    : `# No way on from here: no router is told.
dhcp-option=option:router
`;
  return {
    path: `${folder}/dnsmasq-${ap.interface}.conf`,
    mode: 0o644,
    text: `${heading('DHCP and DNS on the access point.')}
${bound(ap.interface, runtime)}
# Names are answered here or not at all; nothing is asked elsewhere.
no-resolv
no-hosts
cache-size=0
host-record=energymesh.lan,${own}
${portal}dhcp-range=${range(subnet)},12h
dhcp-lease-max=${Math.min(1000, Number(subnet.last - subnet.network))}
dhcp-option=option:dns-server,${own}
`,
  };
}

/** DHCP towards nodes of the mesh, on a gateway: an address, and routes to the hubs alone. */
export function dnsmasqForGateway(mesh: Mesh, gateway: Gateway, { folder, runtime }: RenderOptions): RenderedFile {
  const subnet = parseCidr(gateway.address) as Subnet;
  const name = mesh.batman.interface;
  const routes = [...new Set(gateway.hubs.map(({ address }) => `${address}/32,${addressText(subnet)}`))].join(',');
  return {
    path: `${folder}/dnsmasq-${name}.conf`,
    mode: 0o644,
    text: `${heading(`DHCP on ${name} (${subnetText(subnet)}): nodes of the mesh that need the hub.`)}
${bound(name, runtime)}
# No DNS here.
port=0
dhcp-range=${range(subnet)},1h
dhcp-lease-max=1000
# No default route: the hubs only.
dhcp-option=option:router
dhcp-option=option:classless-static-route,${routes}
`,
  };
}

const bound = (name: string, runtime: string): string => `interface=${name}
except-interface=lo
bind-dynamic
dhcp-authoritative
# In memory: an SD card dies of being written.
dhcp-leasefile=${runtime}/leases-${name}
pid-file=
quiet-dhcp`;

/** All of the subnet, in larger ones from .10 on; dnsmasq itself never gives away its own address. */
function range({ family, prefix, network, last }: Subnet): string {
  const mask = ((1n << 32n) - 1n) ^ ((1n << BigInt(32 - prefix)) - 1n);
  const first = network + (prefix <= 24 ? 10n : 1n);
  return [first, last - 1n, mask].map((value) => addressText({ family, value })).join(',');
}
