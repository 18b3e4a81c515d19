/** Parts for the command `aof` of the same version. They may change with every release; applications use the other entry points. */
export { saysSomething } from './begin-answer.ts'
export { CallIds } from './call-ids.ts'
export type { AgentEvent, CallArrivingEvent } from './events.ts'
export { cutOff, ModelStream, readStream } from './model-stream.ts'
export { withOwnNames } from './own-names.ts'
export { hidesMarks } from './responses-marks.ts'
export { Turn } from './turn.ts'
