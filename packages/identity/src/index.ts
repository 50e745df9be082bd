export { type AuthorityData, BadRequest, type BeaconKey, CommunityAuthority, type Issued } from './authority.ts';
export { openBeaconKey, type SealedBeaconKey, sealBeaconKey } from './beacon-key.ts';
export { createCsr, createDoorCsr, createRequests, csrBytesMax, publicKeyOfCsr, type Requests, requesterOf } from './csr.ts';
export { derOfPem, joinDer, pemOfDer, splitDer } from './der.ts';
export { doorName, faultOfDoor, type IssuedDoor } from './device-root.ts';
export {
  checkDevicePassword,
  type DeviceCredential,
  type DeviceRole,
  deviceIdPattern,
  deviceRoles,
  deviceVerifier,
  newDeviceToken,
  newSalt,
} from './devices.ts';
export {
  type CommunityDocument,
  DocumentTooBig,
  type DocumentVerdict,
  documentBytesMax,
  type Revocation,
  type RewardTerms,
  signCommunityDocument,
  type VerifiedDocument,
  verifyCommunityDocument,
} from './document.ts';
export {
  createInvite,
  type Invite,
  type InviteOptions,
  type InviteProblem,
  type InviteRecord,
  type InviteRole,
  type InviteVerdict,
  inviteText,
  judgeInvite,
  parseInvite,
  type ReadInvite,
  readInvite,
  tokenHashOf,
} from './invite.ts';
export { joinCode } from './join-code.ts';
export {
  communityIdOf,
  fingerprintOf,
  generateNodeKey,
  keyPinOf,
  type NodeKey,
  nodeIdOf,
  nodeKeyFromPem,
  nodeKeyToPem,
  publicKeyFromRaw,
  rawPublicKeyOf,
} from './keys.ts';
export { channelOf, holdsAsk, signAsk } from './member-ask.ts';
export { nameLengthMax, normalName } from './names.ts';
export { generateP256Key, type P256Key, p256KeyFromPem, p256KeyToPem } from './p256.ts';
export { peerBundle } from './peer.ts';
export { type Role, validity } from './profile.ts';
export { decodeIdentity, encodeIdentity, identityBytesMax } from './record.ts';
export {
  type Accepted,
  CertificateVerifier,
  type Circumstances,
  type ClockReading,
  communityOfRoot,
  type Dates,
  type RefusalReason,
  type Refused,
  type Verdict,
} from './verify.ts';
export { createWebCertificate, webCertificateMs } from './web-certificate.ts';
