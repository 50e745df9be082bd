/** Countries (ISO 3166-1 alpha-2) as the kernel's regulatory database knows them; 00, "the world", is none: it forbids what a mesh needs. */
const codes =
  'AD AE AF AI AL AM AN AO AR AS AT AU AW AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BR BS BT BW BY BZ CA CC CF CH CI CK CL CM CN CO CR CU CV CX CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY QA RE RO RS RU RW SA SB SC SE SG SI SK SL SM SN SO SR ST SV SY SZ TC TD TG TH TJ TL TM TN TR TT TW TZ UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW';
export const countries: ReadonlySet<string> = new Set(codes.split(' '));

/** Where 2.4 GHz ends at channel 11 and 5.7 GHz is open without radar detection. */
const american: ReadonlySet<string> = new Set(['US', 'CA', 'PR', 'GU', 'VI', 'AS', 'MP', 'TW']);

/**
 * What a mesh or an access point may be set to. Channels with radar detection (DFS) are left out: a mesh point cannot leave them together with its neighbours.
 * 36 to 48 is for indoors in the European Union. The kernel's own list for the adapter decides in the end; `radioCheck` reads it.
 */
export function channelsOf(country: string): readonly number[] {
  const low = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  const middle = [36, 40, 44, 48];
  return american.has(country) ? [...low, ...middle, 149, 153, 157, 161, 165] : [...low, 12, 13, ...middle];
}

export const frequencyOf = (channel: number): number => (channel <= 13 ? 2407 + 5 * channel : 5000 + 5 * channel);

/** Undefined: no channel that this project uses. */
export function channelOf(frequencyMhz: number): number | undefined {
  if (frequencyMhz >= 2412 && frequencyMhz <= 2472 && (frequencyMhz - 2407) % 5 === 0) return (frequencyMhz - 2407) / 5;
  if (frequencyMhz >= 5160 && frequencyMhz <= 5885 && frequencyMhz % 5 === 0) return (frequencyMhz - 5000) / 5;
  return undefined;
}
