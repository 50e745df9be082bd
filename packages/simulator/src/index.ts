export { type MapName, mapNames, mapOf, type SimEdge, type SimMap } from './maps.ts';
export { runScenario, type ScenarioOptions, type ScenarioResult } from './scenario.ts';
export { World, type WorldOptions } from './world.ts';
