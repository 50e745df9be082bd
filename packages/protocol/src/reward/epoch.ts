/** An hour; other lengths are for test networks. docs/proofs.md §2 */
export const epochSecondsDefault = 3600;
/** Proofs of epochs further back than this are refused, and a hub that was silent for as long is done without. */
export const epochsKept = 168;
/** Epochs after its proof was accepted in which an hour that was neither paid nor forfeited is over. docs/proofs.md §9.1 */
export const epochsLapsed = 960;

export const epochOf = (unixSeconds: number, epochSeconds: number = epochSecondsDefault): number => Math.floor(unixSeconds / epochSeconds);
export const epochStart = (epoch: number, epochSeconds: number = epochSecondsDefault): number => epoch * epochSeconds;
