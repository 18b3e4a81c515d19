import { z } from 'zod'
import * as behaviours from './tools.ts'

/** What every tool of the fault table takes. */
export const inputSchema = z.object({ q: z.string() })

/** Arguments that fit {@link inputSchema}. */
export type Input = z.infer<typeof inputSchema>

/** The name of an export of `tools.ts` that is a tool. */
export type Behaviour = Exclude<keyof typeof behaviours, 'page'>

/** A tool of a scenario, before it is made into one of an SDK's. */
export interface FaultTool {
  readonly name: string
  readonly behaviour: Behaviour
  readonly execute: (input: Input) => unknown
  /** The scenario's limit, for the tool in the middle where an SDK sets limits tool by tool. */
  readonly timeoutMs?: number
}

/** A call that the model makes. */
export interface FaultCall {
  readonly id: string
  readonly name: string
  /** The arguments as the model wrote them, which need be no JSON. */
  readonly input: string
}

/** One turn of the model: three calls, and the tools that are there to answer them. */
export interface Scenario {
  readonly tools: readonly FaultTool[]
  readonly calls: readonly FaultCall[]
  /** Which calls must succeed, whatever the others do: the page of each by the place of its call. */
  readonly pages: ReadonlyMap<number, string>
  /** The limit that a subject is asked to set for a tool, where it has such an option, in milliseconds. */
  readonly timeoutMs?: number
}

/** What the model says once it has the results. */
export const FINAL_TEXT = 'All of it is looked up.'

/** What the user asks. */
export const PROMPT = 'Look it all up.'

/** What each tool says of itself. */
export const DESCRIPTION = 'Looks something up.'

/** The place of the call that goes wrong: the one between two good ones. */
export const FAULT_INDEX = 1

const GOOD_TOOL = 'look_up'
const FAULTY_TOOL = 'faulty'
const TOPICS = ['zero', 'one', 'two'] as const

/** What of a scenario differs from three good calls. */
export interface Difference {
  /** What the tool in the middle does. @default `looksUp`, as the others */
  readonly behaviour?: Behaviour
  /** The name of the tool in the middle. @default `faulty` */
  readonly toolName?: string
  /** The name that the model calls it by. @default its name */
  readonly calledName?: string
  /** The id of the call in the middle. */
  readonly id?: string
  /** Its arguments. */
  readonly input?: string
  /** The call in the middle must succeed like the others. @default false */
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
