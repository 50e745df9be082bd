import { parseCidr, type Subnet, subnetText } from '../address.ts';
import { lanInterfaces, type NetworkState } from '../desired.ts';
import { heading, type RenderedFile, type RenderOptions } from './file.ts';

/** One table, replaced as one transaction: there is no moment without rules. Default: deny, in and through. */
export function nftables(state: NetworkState, { folder, ports }: RenderOptions): RenderedFile {
  const { ap, mesh, gateway, uplink } = state;
  const lan = lanInterfaces(state);
  const listening = state.wireguard.flatMap(({ listenPort }) => (listenPort === undefined ? [] : [listenPort]));
  const links = `tcp dport ${ports.links} accept\nudp dport ${ports.beacons} accept`;
  const neighbours = links
    .split('\n')
    .map((rule) => `ip6 saddr fe80::/10 ${rule}`)
    .join('\n');

  const chains: [name: string, comment: string, rules: string][] = [];
  const jumps: string[] = [];
  const from = (names: readonly string[], chain: string, comment: string, rules: string): void => {
    if (names.length === 0) return;
    jumps.push(`iifname { ${names.map((name) => `"${name}"`).join(', ')} } jump ${chain}`);
    chains.push([chain, comment, rules]);
  };

  if (ap) {
    from(
      [ap.interface],
      'from_access_point',
      'Devices and phones: an address, names, the dashboard, the device door.',
      `udp sport 68 udp dport 67 accept
udp dport 53 accept
tcp dport { 53, ${ports.http}, ${ports.devices} } accept
drop`,
    );
  }
  if (mesh) {
    from([mesh.interface], 'from_radio', 'Radio neighbours, by their link-local addresses. (What batman-adv carries is no IP here.)', `${neighbours}\ndrop`);
    const asClient = gateway.mode === 'client' ? 'udp sport 67 udp dport 68 accept\n' : '';
    const asServer = gateway.mode === 'server' ? 'udp sport 68 udp dport 67 accept\n' : '';
    from([mesh.batman.interface], 'from_batman', 'Nodes more than one hop away.', `${neighbours}\n${asClient}${asServer}drop`);
  }
  from(
    state.wireguard.map(({ name }) => name),
    'from_wireguard',
    'Nodes behind a tunnel: links and beacons.',
    `${links}\ndrop`,
  );
  from(
    lan,
    'from_lan',
    'The house: dashboard, devices, neighbours on the wire, discovery, and the door of a community that was made on this node.',
    `udp sport 67 udp dport 68 accept
ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
icmpv6 type nd-router-advert ip6 hoplimit 255 accept
ip protocol igmp accept
tcp dport { ${[ports.http, ports.devices, ports.links, ports.authority, ...(state.ssh ? [22] : [])].join(', ')} } accept
udp dport { ${[ports.beacons, 5353, ...listening].join(', ')} } accept
drop`,
  );

  const forward: string[] = [];
  if (mesh && gateway.mode === 'server' && uplink.kind !== 'none') {
    const hubs = gateway.hubs.map(({ address, port }) => `${address} . ${port}`).join(', ');
    forward.push(
      '# A gateway: from the mesh to the hubs, and their answers.',
      'ct state established,related accept',
      `iifname "${mesh.batman.interface}" oifname "${uplink.interface}" ip daddr . tcp dport { ${hubs} } accept`,
    );
  }

  return {
    path: `${folder}/nftables.conf`,
    mode: 0o644,
    text: `${heading('What is open, from each side. Everything else is dropped.')}
# Makes sure that there is one to delete.
table inet energymesh
delete table inet energymesh

table inet energymesh {
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state invalid drop
		ct state established,related accept
		# IPv6 does not work without these; the hop limit says that they come from this link.
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
		icmpv6 type { mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report } ip6 saddr { fe80::/10, :: } accept
		icmp type echo-request limit rate 20/second accept
		icmpv6 type echo-request limit rate 20/second accept
${jumps.map((rule) => `\t\t${rule}`).join('\n')}
	}
${chains.map(([name, comment, rules]) => `\n\t# ${comment}\n\tchain ${name} {\n${indented(rules)}\n\t}`).join('\n')}

	chain forward {
		type filter hook forward priority filter; policy drop;
${forward.map((rule) => `\t\t${rule}\n`).join('')}	}
${nat(state, ports.http)}}
`,
  };
}

function nat({ ap, mesh, gateway, uplink }: NetworkState, http: number): string {
  const parts: string[] = [];
  if (ap?.portal)
    parts.push(`
	# The portal: a phone that looks for a way out asks on port 80.
	chain portal {
		type nat hook prerouting priority dstnat;
		iifname "${ap.interface}" tcp dport 80 redirect to :${http}
	}
`);
  if (mesh && gateway.mode === 'server' && uplink.kind !== 'none')
    parts.push(`
	# The house's router knows nothing of the mesh's addresses.
	chain leaving {
		type nat hook postrouting priority srcnat;
		ip saddr ${subnetText(parseCidr(gateway.address) as Subnet)} oifname "${uplink.interface}" masquerade
	}
`);
  return parts.join('');
}

const indented = (rules: string): string =>
  rules
    .split('\n')
    .map((rule) => `\t\t${rule}`)
    .join('\n');
