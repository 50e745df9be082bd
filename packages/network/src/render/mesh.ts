import type { Gateway, Mesh } from '../desired.ts';
import { frequencyOf } from '../radio-rules.ts';
import { hexOf } from '../text.ts';
import { heading, type RenderedFile, type RenderOptions } from './file.ts';

/** The mesh's name and passphrase in hexadecimal: in that form no character of them can mean anything to wpa_supplicant's parser. */
export function wpaSupplicantMesh(mesh: Mesh, country: string, { folder, runtime, controlGroup }: RenderOptions): RenderedFile {
  return {
    path: `${folder}/wpa_supplicant-${mesh.interface}.conf`,
    mode: 0o600,
    text: `${heading('802.11s with SAE: wpa_supplicant on the mesh adapter.')}
ctrl_interface=DIR=${runtime}/mesh${controlGroup === undefined ? '' : ` GROUP=${controlGroup}`}
update_config=0
# Without a country the kernel starts no mesh point.
country=${country}
# wpa_supplicant, not the driver, manages peers: SAE needs it.
user_mpm=1
# Hash-to-element only: the older derivation leaks timing.
sae_pwe=1

network={
	ssid=${hexOf(mesh.id)}
	# Mesh point.
	mode=5
	# Channel ${mesh.channel}.
	frequency=${frequencyOf(mesh.channel)}
	key_mgmt=SAE
	sae_password=${hexOf(mesh.passphrase)}
	# Protected management frames: nobody can disconnect a peer by forging one.
	ieee80211w=2
	# batman-adv finds the paths; 802.11s must not forward as well.
	mesh_fwding=0
	no_auto_peer=0
	# 6, 12 and 24 Mbit/s: 802.11b rates would cost the most air for the least.
	mesh_basic_rates=60 120 240
}
`,
  };
}

/** Read by /usr/lib/energymesh/batman. */
export function batmanEnvironment(mesh: Mesh, gateway: Gateway, { folder }: RenderOptions): RenderedFile {
  const { interface: name, algorithm, originatorIntervalMs, bridgeLoopAvoidance } = mesh.batman;
  // batctl takes the server's bandwidth as down/up in units that it names itself.
  const mode = gateway.mode === 'server' ? `server ${gateway.downKbit}kbit/${gateway.upKbit}kbit` : gateway.mode;
  return {
    path: `${folder}/batman-${mesh.interface}.env`,
    mode: 0o644,
    text: `${heading('batman-adv on the mesh adapter.')}
EM_BATMAN=${name}
EM_ALGORITHM=${algorithm}
EM_ORIGINATOR_INTERVAL_MS=${originatorIntervalMs}
# 1 costs 30 s before the first frame.
EM_BRIDGE_LOOP_AVOIDANCE=${bridgeLoopAvoidance ? 1 : 0}
EM_GATEWAY_MODE="${mode}"
# An address of ${name} as gateway; empty otherwise.
EM_ADDRESS=${gateway.mode === 'server' ? gateway.address : ''}
# 1500 and batman-adv's own header.
EM_MTU=1532
`,
  };
}
