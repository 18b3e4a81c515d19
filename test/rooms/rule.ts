import type { Outcome, Read } from './outcome.ts'
import type { WrittenCall, WrittenTurn } from './turn.ts'

/** The result of a call for the model, as far as the rule decides it. */
export interface ExpectedCall {
  /** The input of the tool; undefined if it does not start. */
  readonly input?: object
  /** How what the model reads begins. */
  readonly begins: string
  /** Words that it contains. */
  readonly contains: RegExp
  /** The arguments of the call in the history: an object, as every provider takes. */
  readonly arguments: unknown
}

/**
 * The one rule of all rooms. The last call of a turn that the model did not end itself never runs, unless the stream shows
 * that the model continued after it; neither does a call that the provider marks as incomplete (I37). The arguments of
 * every other call decide its result.
 */
export function expected({ calls, goesOn, end }: WrittenTurn): ExpectedCall[] {
  return calls.map((call, i) => {
    const isLast = i === calls.length - 1 && !goesOn
    const { arguments: given } = byItself(call)
    if (call.isMarked === true) return { begins: 'incomplete_call: ', contains: end.cut ?? MARKED, arguments: given }
    if (end.cut === undefined || !isLast) return byItself(call)
    return { begins: 'incomplete_call: ', contains: end.cut, arguments: given }
  })
}

const MARKED = /marks this call as incomplete/
const ANYTHING = /(?:)/

function byItself({ arguments: { becomes } }: WrittenCall): ExpectedCall {
  if ('code' in becomes) return { begins: `${becomes.code}: `, contains: ANYTHING, arguments: {} }
  const { input } = becomes
  return { input, begins: `ok ${JSON.stringify(input)}`, contains: ANYTHING, arguments: input }
}

/** How an outcome departs from what is expected; nothing where it does not. */
export function departures(calls: readonly ExpectedCall[], { ran, reads }: Outcome): string[] {
  const inputs = calls.flatMap(({ input }) => input ?? [])
  const departed = reads.flatMap((read, i) => departure(calls[i], read, i))
  if (JSON.stringify(ran) !== JSON.stringify(inputs))
    departed.unshift(`ran ${JSON.stringify(ran)}, not ${JSON.stringify(inputs)}`)
  if (reads.length !== calls.length) departed.unshift(`${reads.length} results of ${calls.length} calls`)
  return departed
}

function departure(call: ExpectedCall | undefined, read: Read, i: number): string[] {
  if (call === undefined) return [`call ${i} is not expected`]
  const isSaid = read.said.startsWith(call.begins) && call.contains.test(read.said)
  const isWritten = !('arguments' in read) || JSON.stringify(read.arguments) === JSON.stringify(call.arguments)
  return [
    ...(isSaid ? [] : [`call ${i} reads '${read.said}', not '${call.begins}…${String(call.contains)}'`]),
    ...(isWritten
      ? []
      : [`call ${i} stands with ${JSON.stringify(read.arguments)}, not ${JSON.stringify(call.arguments)}`]),
  ]
}
