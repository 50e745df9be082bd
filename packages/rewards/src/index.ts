export {
  type FromNode,
  type FromNodeKind,
  fromNode,
  type HourContent,
  type HourMessage,
  partsMax,
  rangesPerMessageMax,
} from './from-node.ts';
export {
  encodeMessage,
  encodeTold,
  fromNodeTopic,
  messageBytesMax,
  rangesOfText,
  rangesText,
  readFromNode,
  readTold,
  type ToldTo,
  toldExpirySeconds,
  toldTopic,
} from './messages.ts';
export { type ChangeText, change, params } from './params.ts';
export { type Hour, partsOf } from './parts.ts';
export { type About, type HubReason, hourStates, hubReasons, type Told, type ToldHour, type ToldHourState, told } from './told.ts';
