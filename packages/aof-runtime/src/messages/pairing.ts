import { MisuseError } from '../core/contract/misuse.ts'
import type { ToolResult } from '../core/contract/result.ts'
import { sentName } from '../core/contract/sent-name.ts'
import { type FoundCall, toolCalls } from './found-call.ts'
import type { Fields } from '../core/contract/fields.ts'

/** A result with the id and name under which it is sent. */
export interface Answered {
  readonly result: ToolResult
  /** The id of the call, and the name of its tool in the form that providers accept. */
  readonly id: string
  readonly name: string
  /** The call as found in the answer, if the answer is known. */
  readonly source: Fields | undefined
}

/**
 * The results in call order. If the calls are known, there must be exactly one result for each: the result at a place
 * must have the id and name of the call at that place.
 *
 * @throws MisuseError otherwise
 */
export function inCallOrder(results: readonly ToolResult[], found: readonly FoundCall[] | undefined): Answered[] {
  const ordered = byPlace(results)
  if (found === undefined)
    return ordered.map((result) => ({ result, id: result.id, name: sentName(result.name), source: undefined }))
  if (ordered.length !== found.length) {
    throw new MisuseError('results.length', `${found.length}, one result for each call of the answer`, ordered.length)
  }
  return toolCalls(found).map(({ id, name }, index) => {
    const result = ordered[index]
    checkPlace(index, 'index', index, result?.index)
    checkPlace(index, 'id', id, result?.id)
    // A tool may be sent under a changed name.
    if (result?.name === undefined || sentName(result.name) !== sentName(name))
      checkPlace(index, 'name', name, result?.name)
    return { result: result as ToolResult, id, name: sentName(name), source: found[index]?.source }
  })
}

function byPlace(results: readonly ToolResult[]): ToolResult[] {
  if (!Array.isArray(results as unknown))
    throw new MisuseError('results', 'an array of tool results (await the executor first)', results)
  const ordered = results.toSorted((a, b) => a.index - b.index)
  ordered.forEach(({ index }, place) => {
    if (place > 0 && ordered[place - 1]?.index === index) {
      throw new MisuseError(`results[${place}].index`, 'a place of its own, as the results of one batch have', index)
    }
  })
  return ordered
}

function checkPlace(index: number, property: string, expected: string | number, got: unknown): void {
  if (got === expected) return
  throw new MisuseError(
    `results[${index}].${property}`,
    `${JSON.stringify(expected)}, as the answer's call at place ${index} has it (are they results of another answer?)`,
    got,
  )
}
