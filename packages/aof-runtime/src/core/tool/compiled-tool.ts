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
import type { RetryOptions } from '../contract/retry.ts'
import { printable } from '../contract/text.ts'
import { ownTimeLimits, type OwnTimeLimits } from '../contract/time-limits.ts'
import type { ToolGuard } from '../attempt/tool-guard.ts'
import { placeInTool, UnusableTool } from '../contract/tool-problem.ts'
import type { AnyTool } from './tool.ts'
import { checkTool } from './define-tool.ts'

/** A tool with its schemas made into validators: what the executor runs. */
export interface CompiledTool {
  readonly tool: AnyTool
  readonly timeLimits: OwnTimeLimits
  readonly retry: RetryOptions | undefined
  readonly isolation: Isolation | undefined
  readonly validateInput: Validator | undefined
  readonly validateOutput: Validator | undefined
  /** Whether what it returns is the data as it is: no schema judges it, nothing else is made of it for the model. */
  readonly returnsData: boolean
  /** A JSON Schema speaks of JSON, so it judges the copy; a Standard Schema judges what the tool returned. */
  readonly outputSchemaIsJson: boolean
  /** Whether its calls may start. */
  readonly guard: ToolGuard
  /** What its calls need beyond what all calls do. */
  readonly admission: ToolDemands
  /** All that its calls need that have no key. */
  readonly demands: Demands
  /** What its calls read and write; undefined where they are in conflict with nothing. */
  readonly effects: ToolEffects | undefined
}

/**
 * @param onUncheckable gets the patterns that cannot be checked, which are passed over; without it they make a schema unusable
 * @throws MisuseError where the tool or a schema of it is unusable
 */
export function compileTool(
  tool: AnyTool,
  guard: ToolGuard,
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
    guard,
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
