export type { CallOptions } from './core/call-options.ts'
export type { ToolCall } from './core/call.ts'
export { type Clock, MAX_DELAY_MS, systemClock, type TimerHandle } from './core/clock.ts'
export type { ToolContent } from './core/content.ts'
export type { ToolContext } from './core/context.ts'
export { type ToolDefinition, toolDefinitions } from './core/definition.ts'
export type { ErrorCode } from './core/error-code.ts'
export type {
  AbandonedEvent,
  AcceptedEvent,
  BatchClosedEvent,
  BatchOpenedEvent,
  BatchSettledEvent,
  CallEventBase,
  EndedLateEvent,
  EventBase,
  ListenerFailedEvent,
  ParkedEvent,
  ProgressEvent,
  SettledEvent,
  StartedEvent,
  ToolEvent,
  ToolEventListener,
} from './core/events.ts'
export { type ExecutorStats, type ToolExecutorOptions } from './core/executor.ts'
export { ToolFailure } from './core/failure.ts'
export type { Jsonified, JsonifiedProperty, JsonObject, JsonValue } from './core/json.ts'
export type { Logger } from './core/logger.ts'
export { MisuseError } from './core/misuse.ts'
export type { CallHandle, OpenBatch, Slot } from './core/open-batch.ts'
export type { Random } from './core/random.ts'
export type {
  Execution,
  ResultSource,
  SucceededResult,
  ToolError,
  ToolResult,
  ToolResultBase,
  ToolResultStatus,
  ToolTiming,
  UnsuccessfulResult,
} from './core/result.ts'
export type {
  Issue,
  JsonSchema,
  JsonSchemaCompiler,
  Schema,
  StandardIssue,
  StandardResult,
  StandardSchema,
  Validation,
  Validator,
} from './core/schema.ts'
export {
  type AnyTool,
  type DefineTool,
  defineTool,
  type JsonSchemaTool,
  type StandardTool,
  type Tool,
  type ToolAnnotations,
} from './core/tool.ts'
export { ToolExecutor } from './tool-executor.ts'
