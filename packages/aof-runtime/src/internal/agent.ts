/**
 * Parts of the agent for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { saysSomething } from '../agent/begin-answer.ts'
export { CallIds } from '../agent/call-ids.ts'
export type { AgentEvent, CallArrivingEvent } from '../agent/events.ts'
export { cutOff, ModelStream, readStream } from '../agent/model-stream.ts'
export { withOwnNames } from '../agent/own-names.ts'
export { hidesMarks } from '../agent/responses-marks.ts'
export { Turn } from '../agent/turn.ts'
