import type { Devices, Log, Nearby, Neighbours, PublicCard, RadioBeneath, Status, TopologyView, TrafficToday } from '@energymesh/agent/schema';

export type { Devices, Log, Nearby, Neighbours, PublicCard, RadioBeneath, Status, TopologyView, TrafficToday };
export type TopologyNode = TopologyView['nodes'][number];
export type TopologyEdge = TopologyView['edges'][number];
export type Neighbour = Neighbours['neighbours'][number];
export type Device = Devices['devices'][number];
export type LogEntry = Log['entries'][number];
export type RadioLink = RadioBeneath['links'][number];
export type Quality = Neighbour['quality'];
