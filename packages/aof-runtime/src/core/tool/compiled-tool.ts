import type { Demands } from '../admission/demands.ts'
import type { ToolDemands } from '../admission/tool-demands.ts'
import { type ToolEffects, toolEffects } from '../order/effects/tool-effects.ts'
import type { Isolation } from '../contract/isolation.ts'
import { MisuseError } from '../contract/misuse.ts'
import {
  isStandardSchema,
  type JsonSchemaCompiler,
  type OnUncheckable,
  type Schema,
  standardValidator,
  type Uncheckable,
  type Validator,
} from '../contract/schema.ts'
import type { OutputRules } from '../values/output.ts'
import type { RetryOptions } from '../contract/retry.ts'
import { printable } from '../contract/text.ts'
import { ownTimeLimits, type OwnTimeLimits } from '../contract/time-limits.ts'
import type { ToolGate } from '../attempt/tool-gate.ts'
import { placeInTool, UnusableTool } from '../contract/tool-problem.ts'
import type { AnyTool } from './tool.ts'
import { checkTool } from './define-tool.ts'

/** A tool with compiled schemas, in the form that the executor runs. */
export interface CompiledTool extends OutputRules {
  readonly tool: AnyTool
  readonly timeLimits: OwnTimeLimits
  readonly retry: RetryOptions | undefined
  readonly isolation: Isolation | undefined
  readonly validateInput: Validator | undefined
  /** Decides whether its calls may start. */
  readonly gate: ToolGate
  /** The limits and rates of its calls, besides those of all calls. */
  readonly admission: ToolDemands
  /** All demands of its calls without a key. */
  readonly demands: Demands
  /** The resources that its calls read and write; undefined if they never conflict. */
  readonly effects: ToolEffects | undefined
}

/**
 * @param onUncheckable gets the patterns that cannot be checked and are skipped; without it they make a schema unusable
 * @throws MisuseError if the tool or one of its schemas is unusable
 */
export function compileTool(
  tool: AnyTool,
  gate: ToolGate,
  admission: ToolDemands,
  demands: Demands,
  compileJsonSchema: JsonSchemaCompiler | undefined,
  ordersEffects: boolean,
  onUncheckable?: (part: Uncheckable, of: 'inputSchema' | 'outputSchema') => void,
): CompiledTool {
  checkTool(tool)
  const { inputSchema, outputSchema } = tool
  const validator = (key: 'inputSchema' | 'outputSchema', schema: Schema): Validator =>
    compileSchema(schema, tool.name, key, compileJsonSchema, onUncheckable && ((part) => onUncheckable(part, key)))
  return {
    tool,
    timeLimits: ownTimeLimits(tool),
    retry: tool.retry,
    isolation: tool.isolation,
    validateInput: inputSchema && validator('inputSchema', inputSchema),
    validateOutput: outputSchema && validator('outputSchema', outputSchema),
    returnsData: outputSchema === undefined && tool.toContent === undefined,
    outputSchemaIsJson: outputSchema !== undefined && !isStandardSchema(outputSchema),
    gate,
    admission,
    demands,
    effects: ordersEffects ? toolEffects(`tool '${tool.name}'`, tool) : undefined,
  }
}

function compileSchema(
  schema: Schema,
  tool: string,
  key: 'inputSchema' | 'outputSchema',
  compileJsonSchema: JsonSchemaCompiler | undefined,
  onUncheckable: OnUncheckable | undefined,
): Validator {
  if (isStandardSchema(schema)) return standardValidator(schema)
  const option = `tool '${tool}'.${key}`
  if (compileJsonSchema === undefined)
    throw new MisuseError('compileJsonSchema', `a compiler, since ${option} is a JSON Schema`, undefined)
  try {
    return compileJsonSchema(schema, onUncheckable)
  } catch (error) {
    const why = error instanceof Error ? printable(error.message, 500) : 'it cannot be read'
    const pointer = error instanceof Error && 'pointer' in error ? error.pointer : undefined
    throw new UnusableTool(
      'unusable_schema',
      placeInTool(key, pointer),
      option,
      `a usable JSON Schema (${why})`,
      schema,
    )
  }
}
