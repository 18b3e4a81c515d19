import './core/supported-platform.ts'

export type { WaitingStats } from './core/admission/census.ts'
export { AdmissionController, type AdmissionOptions, type AdmissionStats } from './core/admission/controller.ts'
export type { DemandKind } from './core/admission/limit.ts'
export type { RateOptions } from './core/admission/rate-limit.ts'
export type { KeyStats, RateStats, ToolLimits, ToolStats } from './core/admission/tool-demands.ts'
export { foreignAnnotations, type ToolAnnotations } from './core/annotations.ts'
export type { BinaryReference } from './core/binary.ts'
export {
  Budget,
  type BudgetOptions,
  type BudgetUse,
  type CostLimit,
  type TokenPrices,
  type TokensUsed,
} from './core/budget.ts'
export type { CallOptions } from './core/call-options.ts'
export type { ToolCall } from './core/call.ts'
export type { BreakerOptions, BreakerState } from './core/circuit-breaker.ts'
export { type Clock, MAX_DELAY_MS, systemClock, type TimerHandle, type TimerOptions } from './core/clock.ts'
export type { ToolContent } from './core/content.ts'
export type { CallInfo, ToolContext } from './core/context.ts'
export { type ToolDefinition, toolDefinitions } from './core/definition.ts'
export type { CallName, ResultReference } from './core/dependencies/references.ts'
export type { Effect } from './core/effects/effect.ts'
export type { EffectOptions } from './core/effects/tool-effects.ts'
export type { ErrorCode } from './core/error-code.ts'
export type {
  AbandonedEvent,
  AcceptedEvent,
  AttemptFailedEvent,
  BatchClosedEvent,
  BatchOpenedEvent,
  BatchSettledEvent,
  BreakerChangedEvent,
  CallEventBase,
  EndedLateEvent,
  EventBase,
  FilesRemovedEvent,
  HoldEndedEvent,
  LimitChangedEvent,
  ListenerFailedEvent,
  OverlapSuspectedEvent,
  ParkedEvent,
  ProgressEvent,
  RatePausedEvent,
  ResumedEvent,
  SettledEvent,
  CallPlace,
  StalledEvent,
  StartedEvent,
  SuspendedEvent,
  ToolEvent,
  ToolEventListener,
} from './core/events.ts'
export { type ExecutorStats, type ToolExecutorOptions } from './core/executor.ts'
export type { KeepingOptions } from './core/keeping.ts'
export type { RedactionOptions } from './core/redaction.ts'
export {
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  type Isolation,
  type Isolator,
  WorkerLost,
} from './core/isolation.ts'
export type { Jsonified, JsonifiedProperty, JsonObject, JsonValue } from './core/json.ts'
export type { Logger } from './core/logger.ts'
export { MisuseError } from './core/misuse.ts'
export type { NestedExecutor } from './core/nested-executor.ts'
export type { CallHandle, OpenBatch, Slot } from './core/open-batch.ts'
export type { Plan, PlanStep } from './core/plan/plan.ts'
export { type PlanResult, type PlanStepResult, planTool, type PlanToolOptions } from './core/plan/plan-tool.ts'
export type { QueueOptions } from './core/queue-bound.ts'
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
export type { RetryOptions } from './core/retry.ts'
export type {
  Issue,
  JsonSchema,
  JsonSchemaCompiler,
  OnUncheckable,
  Schema,
  StandardIssue,
  StandardResult,
  StandardSchema,
  Uncheckable,
  Validation,
  Validator,
} from './core/schema.ts'
export type { SpillContent, SpilledFile, SpillOptions, SpillStore, SpillStoreOpener } from './core/spill.ts'
export type { SpillLifetime } from './core/spilled-files.ts'
export type { NameTimeLimit, TimeLimitOptions, TimeLimitPlace } from './core/time-limits.ts'
export { ToolFailure } from './core/tool-failure.ts'
export type { ToolProblem, ToolProblemCode } from './core/tool-problem.ts'
export {
  type AnyTool,
  type DefineTool,
  defineTool,
  type IsolatedTool,
  type JsonSchemaTool,
  type StandardTool,
  type Tool,
} from './core/tool.ts'
export { ToolExecutor } from './tool-executor.ts'
