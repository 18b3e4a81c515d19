/**
 * Plans, and the check of a tool and the time for loading it, for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { describeIssues } from '../core/contract/schema.ts'
export { within } from '../core/host/within.ts'
export { stepResult } from '../core/plan/plan-tool.ts'
export { runPlan } from '../core/plan/run-plan.ts'
export { checkTool } from '../core/tool/define-tool.ts'
