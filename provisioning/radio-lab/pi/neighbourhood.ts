/** What the new node's neighbour is like, for both sides of the scenario `portal`. */
export const mesh = { id: 'mill-lane', passphrase: 'lantern-orchard-7421' } as const;
/** Of the radios of mac80211_hwsim; its address is of the same number. */
export const neighbourRadio = 3;
export const neighbourMac = '02:00:00:00:03:00';
export const hubAddress = '10.99.0.1';
/** Of a hub's first start on this machine. */
export const community = 'Millbrook';
