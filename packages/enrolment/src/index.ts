export { enrolmentApp } from './app.ts';
export { type CommunityBackup, openBackup, sealBackup } from './backup.ts';
export { type Door, doorOf, type Env, hostOf } from './door.ts';
export { type Asker, type Enrolled, Enrolment, type EnrolmentOptions } from './enrolment.ts';
export { bodyOf, HttpError } from './http-error.ts';
export { type JoinAnswer, JoinRequests, refusedMax, requestLastsMs, requestsOpenMax } from './join-requests.ts';
export {
  type DeviceBook,
  devicesOfOneMax,
  inviteHoursMax,
  invitesOpenMax,
  inviteUsesMax,
  type KeptDevice,
  type MemberAsk,
  MembersDesk,
  memberAsk,
} from './members-desk.ts';
export { RateLimit } from './rate-limit.ts';
export { EnrolmentRefused, type JoinRequest, type KeptInvite, type MemberRecord, type RecordStore, type Records, type RefusalCode } from './records.ts';
export { type Backend, type EnrolmentParts, enrolmentRoutes } from './routes.ts';
