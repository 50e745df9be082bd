import type { Earnings, RewardHour, WalletState } from '@energymesh/agent/rewards-schema';
import type {
  Devices,
  Log,
  Nearby,
  Neighbours,
  NetworkOfNode,
  PublicCard,
  RadioBeneath,
  SessionsNow,
  Status,
  TopologyView,
  TrafficAsked,
  TrafficSpan,
  TrafficToday,
} from '@energymesh/agent/schema';

export type { About } from '@energymesh/agent/api/about-schema';
export type { CheckedInviteView, FoundCommunities, MetCommunity, PlaceInput, RadioInput, SetupView } from '@energymesh/agent/api/setup-schema';
export type {
  Devices,
  Earnings,
  Log,
  Nearby,
  Neighbours,
  NetworkOfNode,
  PublicCard,
  RadioBeneath,
  RewardHour,
  SessionsNow,
  Status,
  TopologyView,
  TrafficAsked,
  TrafficSpan,
  TrafficToday,
  WalletState,
};
export type TopologyNode = TopologyView['nodes'][number];
export type TopologyEdge = TopologyView['edges'][number];
export type Neighbour = Neighbours['neighbours'][number];
export type Device = Devices['devices'][number];
export type LogEntry = Log['entries'][number];
export type RadioLink = RadioBeneath['links'][number];
export type Quality = Neighbour['quality'];
