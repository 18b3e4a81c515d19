export { settleMicrotasks } from './macrotask.ts'
export { SeededRandom, seededRandom } from './random.ts'
export { StalledError } from './stalled.ts'
export { type AdvanceBound, type RunUntilOptions, VirtualClock, type VirtualClockOptions } from './virtual-clock.ts'
