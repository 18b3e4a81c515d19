import './core/host/supported-platform.ts'

export type { DemandKind } from './core/admission/waiter.ts'
export type { WaitingStats } from './core/admission/counters.ts'
export { AdmissionController, type AdmissionOptions, type AdmissionStats } from './core/executor/controller.ts'
export type { RateOptions } from './core/admission/rate-limit.ts'
export type { KeyStats, RateStats, ToolLimits, ToolStats } from './core/admission/tool-demands.ts'
export { foreignAnnotations, type ToolAnnotations } from './core/contract/annotations.ts'
export {
  Budget,
  type BudgetOptions,
  type BudgetUse,
  type CostLimit,
  type TokenPrices,
  type TokensUsed,
} from './core/contract/budget.ts'
export type { CallOptions } from './core/contract/call-options.ts'
export type { ToolCall } from './core/contract/call.ts'
export type { BreakerOptions } from './core/attempt/circuit-breaker.ts'
export type { BreakerState } from './core/contract/events.ts'
export { type Clock, MAX_DELAY_MS, systemClock, type TimerHandle, type TimerOptions } from './core/host/clock.ts'
export type { ToolContent } from './core/contract/content.ts'
export type { CallInfo } from './core/contract/call-info.ts'
export type { ToolContext } from './core/tool/tool.ts'
export { type ToolDefinition, toolDefinitions } from './core/tool/definition.ts'
export type { ResultReference } from './core/order/dependencies/references.ts'
export type { CallName } from './core/contract/call.ts'
export type { Effect } from './core/order/effects/effect.ts'
export type { EffectOptions } from './core/order/effects/tool-effects.ts'
export type { ErrorCode } from './core/contract/error-code.ts'
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
} from './core/contract/events.ts'
export type { ExecutorStats } from './core/executor/executor.ts'
export type { ToolExecutorOptions } from './core/executor/settings.ts'
export type { KeepingOptions } from './core/values/result-store.ts'
export type { RedactionOptions } from './core/values/redaction.ts'
export {
  type IsolatedCall,
  type IsolatedHooks,
  type IsolatedRun,
  type Isolation,
  type Isolator,
  WorkerLost,
} from './core/contract/isolation.ts'
export type { BinaryReference, Jsonified, JsonifiedProperty, JsonObject, JsonValue } from './core/contract/json.ts'
export type { Logger } from './core/contract/logger.ts'
export { MisuseError } from './core/contract/misuse.ts'
export type { NestedExecutor } from './core/tool/tool.ts'
export type { CallHandle, OpenBatch, Slot } from './core/contract/open-batch.ts'
export type { Plan, PlanStep } from './core/plan/plan.ts'
export { type PlanResult, type PlanStepResult, planTool, type PlanToolOptions } from './core/plan/plan-tool.ts'
export type { QueueOptions } from './core/contract/queue-bound.ts'
export type { Random } from './core/host/random.ts'
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
} from './core/contract/result.ts'
export type { RetryOptions } from './core/contract/retry.ts'
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
} from './core/contract/schema.ts'
export type { SpillContent, SpillOptions, SpillStore, SpillStoreOpener } from './core/values/spill.ts'
export type { SpilledFile } from './core/contract/result.ts'
export type { SpillLifetime } from './core/values/spill.ts'
export type { NameTimeLimit, TimeLimitOptions, TimeLimitPlace } from './core/contract/time-limits.ts'
export { ToolFailure } from './core/contract/tool-failure.ts'
export type { ToolProblem, ToolProblemCode } from './core/contract/tool-problem.ts'
export { type AnyTool, type Tool } from './core/tool/tool.ts'
export {
  type DefineTool,
  defineTool,
  type IsolatedTool,
  type JsonSchemaTool,
  type StandardTool,
} from './core/tool/define-tool.ts'
export { ToolExecutor } from './tool-executor.ts'
