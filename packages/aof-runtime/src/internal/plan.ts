/**
 * Plans, and the check of a tool, for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { stepResult } from '../core/plan/plan-tool.ts'
export { runPlan } from '../core/plan/run-plan.ts'
export { checkTool } from '../core/tool/define-tool.ts'
