import '../core/host/supported-platform.ts'

export { settleMicrotasks } from './macrotask.ts'
export { SeededRandom, seededRandom } from './random.ts'
export { scriptedModel, type ScriptedModel, type ScriptedModelOptions } from './scripted-model.ts'
export type {
  ScriptedCall,
  ScriptedParts,
  ScriptedPlay,
  ScriptedRefusal,
  ScriptedSpeech,
  ScriptedUsage,
  TurnFunction,
  TurnScript,
} from './scripted-turn.ts'
export { SeededScheduler, type SeededSchedulerOptions, type TimeMoves } from './seeded-scheduler.ts'
export {
  forEachSeed,
  type ForEachSeedOptions,
  SeedFailure,
  type SeedFailureDetails,
  type Simulation,
  simulation,
} from './simulation.ts'
export { StalledError } from './stalled.ts'
export { type AdvanceBound, type RunUntilOptions, VirtualClock, type VirtualClockOptions } from './virtual-clock.ts'
