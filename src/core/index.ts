export type { CallOptions } from './call-options.ts'
export type { ToolCall } from './call.ts'
export { type Clock, MAX_DELAY_MS, systemClock, type TimerHandle } from './clock.ts'
export type { ToolContent } from './content.ts'
export type { ToolContext } from './context.ts'
export { type ToolDefinition, toolDefinitions } from './definition.ts'
export type * from './events.ts'
export { type ExecutorStats, ToolExecutor, type ToolExecutorOptions } from './executor.ts'
export { type ErrorCode, ToolFailure } from './failure.ts'
export type { Jsonified, JsonObject, JsonValue } from './json.ts'
export type { Logger } from './logger.ts'
export { MisuseError } from './misuse.ts'
export type { CallHandle, OpenBatch, Slot } from './open-batch.ts'
export type { Random } from './random.ts'
export type * from './result.ts'
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
} from './schema.ts'
export {
  type AnyTool,
  type DefineTool,
  defineTool,
  type JsonSchemaTool,
  type StandardTool,
  type Tool,
  type ToolAnnotations,
} from './tool.ts'
