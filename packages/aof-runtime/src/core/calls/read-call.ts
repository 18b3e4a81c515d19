import type { CallName, ToolCall } from '../contract/call.ts'
import { MAX_DEPENDENCIES, oddShape, propertyCount, readCallNames } from '../contract/call-shape.ts'
import { impossibleTimeLimit, ownTimeLimits, type OwnTimeLimits } from '../contract/time-limits.ts'
import { MAX_DELAY_MS } from '../host/clock.ts'

/** A call as the application gave it, read once. */
export interface ReadCall {
  readonly id: unknown
  readonly name: unknown
  readonly arguments: unknown
  /** Undefined for nearly all calls. */
  readonly rare: RareProperties | undefined
}

/** The properties that few calls have. */
export interface RareProperties {
  /** Set if the call will never get its arguments: the host's words for the reason. */
  readonly incomplete: unknown
  readonly limits: OwnTimeLimits | undefined
  readonly priority: number | undefined
  readonly dependsOn: readonly CallName[] | undefined
  /** The reason for which the call is not usable. */
  readonly flaw: string | undefined
}

/** A call nearly always has an id, a name and arguments, and nothing else. */
const USUAL_PROPERTIES = 3

/** Reads a call of the application: any value at all, whose getters may throw. */
export function readCall(call: ToolCall): ReadCall {
  let id: unknown
  let name: unknown
  let given: unknown
  let priority: unknown
  let dependsOn: unknown
  let incomplete: unknown
  let limits: OwnTimeLimits | undefined
  let flaw: string | undefined
  try {
    ;({ id, name, arguments: given, priority, dependsOn, incomplete } = call)
    const isUsual =
      propertyCount(call) === USUAL_PROPERTIES && id !== undefined && name !== undefined && given !== undefined
    if (isUsual && typeof name === 'string') return { id, name, arguments: given, rare: undefined }
    limits = ownTimeLimits(call)
    if (!isUsual) flaw = oddShape(call)
  } catch {
    flaw = 'The call cannot be read: it is not an object, or a property of it throws.'
  }
  const impossible = limits && impossibleTimeLimit(limits)
  const names = dependsOn === undefined ? undefined : readCallNames(dependsOn)
  if (typeof name !== 'string') flaw ??= 'A call needs a name: the name of a tool, as a string.'
  else if (impossible !== undefined)
    flaw ??= `${impossible} of a call takes 1 to ${MAX_DELAY_MS} milliseconds, or Infinity.`
  else if (!isPriority(priority)) flaw ??= 'priority of a call takes a whole number from −100 to 100.'
  else if (dependsOn !== undefined && names === undefined)
    flaw ??= `dependsOn of a call takes an array of ids of calls, or of places from 0; at most ${MAX_DEPENDENCIES}.`
  const rare = {
    incomplete,
    limits: impossible === undefined ? limits : undefined,
    priority: isPriority(priority) ? priority : undefined,
    dependsOn: names?.length === 0 ? undefined : names,
    flaw,
  }
  return { id, name, arguments: given, rare }
}

function isPriority(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= -100 && value <= 100)
}
