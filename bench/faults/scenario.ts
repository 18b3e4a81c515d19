import type { Input } from './input.ts'
import * as behaviours from './tools.ts'

/** The name of a tool exported by `tools.ts`. */
export type Behaviour = Exclude<keyof typeof behaviours, 'page'>

/** A tool of a scenario, independent of any SDK. */
export interface FaultTool {
  readonly name: string
  readonly behaviour: Behaviour
  readonly execute: (input: Input) => unknown
  /** The scenario's timeout, for the tool in the middle of SDKs with a timeout for each tool. */
  readonly timeoutMs?: number
}

/** A call that the model makes. */
export interface FaultCall {
  readonly id: string
  readonly name: string
  /** The arguments as the model wrote them, which may be invalid JSON. */
  readonly input: string
}

/** One turn of the model: three calls, and the tools that can answer them. */
export interface Scenario {
  readonly tools: readonly FaultTool[]
  readonly calls: readonly FaultCall[]
  /** The calls that must succeed in any case: the expected page by the place of the call. */
  readonly pages: ReadonlyMap<number, string>
  /** The timeout that a subject sets for a tool, if it has such an option, in milliseconds. */
  readonly timeoutMs?: number
}

/** The model's text once it has the results. */
export const FINAL_TEXT = 'All of it is looked up.'

/** The user's message. */
export const PROMPT = 'Look it all up.'

/** The description of each tool. */
export const DESCRIPTION = 'Looks something up.'

/** The place of the faulty call: between two good ones. */
export const FAULT_INDEX = 1

const GOOD_TOOL = 'look_up'
const FAULTY_TOOL = 'faulty'
const TOPICS = ['zero', 'one', 'two'] as const

/** The difference of a scenario from three good calls. */
export interface Difference {
  /** The behaviour of the tool in the middle. @default `looksUp`, as the others */
  readonly behaviour?: Behaviour
  /** The name of the tool in the middle. @default `faulty` */
  readonly toolName?: string
  /** The name in the model's call. @default the tool's name */
  readonly calledName?: string
  /** The id of the call in the middle. */
  readonly id?: string
  /** Its arguments. */
  readonly input?: string
  /** Whether the call in the middle must succeed like the others. @default false */
  readonly good?: boolean
  readonly timeoutMs?: number
}

/** Three calls at once: two good ones, and between them the one that `difference` describes. */
export function scenario(difference: Difference = {}): Scenario {
  const { behaviour = 'looksUp', toolName = FAULTY_TOOL, calledName = toolName, id, input, good = false } = difference
  const calls = TOPICS.map((topic, index) => {
    const isFault = index === FAULT_INDEX
    return {
      id: (isFault ? id : undefined) ?? `call_${index}`,
      name: isFault ? calledName : GOOD_TOOL,
      input: (isFault ? input : undefined) ?? JSON.stringify({ q: topic }),
    }
  })
  const pages = TOPICS.map((topic, index) => [index, behaviours.page(topic)] as const)
  return {
    tools: [toolOf(GOOD_TOOL, 'looksUp'), toolOf(toolName, behaviour, difference.timeoutMs)],
    calls,
    pages: new Map(pages.filter(([index]) => good || index !== FAULT_INDEX)),
    ...(difference.timeoutMs !== undefined && { timeoutMs: difference.timeoutMs }),
  }
}

function toolOf(name: string, behaviour: Behaviour, timeoutMs?: number): FaultTool {
  return { name, behaviour, execute: behaviours[behaviour], ...(timeoutMs !== undefined && { timeoutMs }) }
}
