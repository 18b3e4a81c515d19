import * as fc from 'fast-check'
import type { AgentMessage } from '../../packages/aof-runtime/src/agent/index.ts'
import { approval, assistant, call, providerCall, result, system, text, tool, user } from './messages.ts'

/** A piece of a history, before its calls have ids. */
type Piece =
  | { readonly kind: 'user' | 'system' | 'text' | 'approval'; readonly words: string }
  | { readonly kind: 'calls'; readonly calls: readonly { readonly own: boolean; readonly said: boolean }[] }

const words = fc.string({ minLength: 1, maxLength: 4 }).filter((given) => given.trim() !== '')
const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('user' as const, 'text' as const), words }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('system' as const, 'approval' as const), words }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('calls' as const),
      calls: fc.array(
        fc.record({ own: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()), said: fc.boolean() }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
)

/** A history that is valid, with ids that may need no mending but look as if they did (`c1_2`). */
export const validHistory: fc.Arbitrary<AgentMessage[]> = fc.array(piece, { maxLength: 6 }).map((pieces) => {
  let calls = 0
  return pieces.flatMap((made, place): AgentMessage[] => {
    switch (made.kind) {
      case 'user':
        return [user(made.words)]
      case 'system':
        return [system(made.words)]
      case 'text':
        return [assistant(text(made.words))]
      case 'approval':
        return [assistant(text('may I?'), providerCall(`asked-${place}`)), tool(approval(`asked-${place}`))]
      default: {
        const numbered = made.calls.map((one) => ({ ...one, id: ++calls % 5 === 0 ? `c${calls - 1}_2` : `c${calls}` }))
        const parts = numbered.flatMap(({ own, said, id }) => [
          ...(said ? [text(`now ${id}`)] : []),
          ...(own ? [call(id, `tool-${id}`, { id })] : [providerCall(id), result(id, id, 'web_search')]),
        ])
        const own = numbered.filter((one) => one.own)
        return [
          assistant(...parts),
          ...(own.length > 0 ? [tool(...own.map(({ id }) => result(id, id, `tool-${id}`)))] : []),
        ]
      }
    }
  })
})

/** A way to spoil a history; places are taken modulo what is there. */
const damage = fc.record({
  kind: fc.constantFrom(
    'cut' as const,
    'drop' as const,
    'repeat' as const,
    'swap' as const,
    'drop part' as const,
    'repeat part' as const,
    'swap parts' as const,
    'split' as const,
    'same id' as const,
    'no id' as const,
    'interject' as const,
  ),
  message: fc.nat(20),
  part: fc.nat(6),
})
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

/** A history of any kind: a valid one, spoilt up to six times. */
export const anyHistory: fc.Arbitrary<AgentMessage[]> = fc
  .tuple(validHistory, fc.array(damage, { maxLength: 6 }))
  .map(([history, damages]) => damages.reduce(spoilt, history))

function spoilt(history: AgentMessage[], { kind, message, part }: Damage): AgentMessage[] {
  if (history.length === 0) return history
  const at = message % history.length
  const before = history.slice(0, at)
  const given = history[at] as AgentMessage
  const after = history.slice(at + 1)
  const next = after[0]
  switch (kind) {
    case 'cut':
      return before
    case 'drop':
      return [...before, ...after]
    case 'repeat':
      return [...before, given, ...after, given]
    case 'swap':
      return next === undefined ? history : [...before, next, given, ...after.slice(1)]
    case 'interject':
      return [...before, given, user('one moment'), ...after]
    case 'split':
      return [...before, ...singly(given), ...after]
    default:
      return [...before, withParts(given, (parts) => spoiltParts(parts, kind, part)), ...after]
  }
}

/** Each part in a message of its own. */
function singly(message: AgentMessage): AgentMessage[] {
  if (message.role === 'tool') return message.content.map((part) => tool(part))
  return message.role === 'assistant' ? message.content.map((part) => assistant(part)) : [message]
}

function withParts(message: AgentMessage, change: <T extends object>(parts: readonly T[]) => T[]): AgentMessage {
  if (message.role === 'assistant') return assistant(...change(message.content))
  return message.role === 'tool' ? tool(...change(message.content)) : message
}

function spoiltParts<T extends object>(parts: readonly T[], kind: Damage['kind'], place: number): T[] {
  if (parts.length === 0) return []
  const at = place % parts.length
  const given = parts[at] as T
  const before = parts.slice(0, at)
  const after = parts.slice(at + 1)
  switch (kind) {
    case 'drop part':
      return [...before, ...after]
    case 'repeat part':
      return [...before, given, given, ...after]
    case 'swap parts':
      return after[0] === undefined ? [...parts] : [...before, after[0], given, ...after.slice(1)]
    case 'same id':
      return parts.map((one) => ('toolCallId' in one ? { ...one, toolCallId: 'c1' } : one))
    case 'no id':
      return parts.map((one, i) => (i === at && 'toolCallId' in one ? { ...one, toolCallId: '' } : one))
    default:
      return [...parts]
  }
}

/** Values that some provider refuses, in one part of a history; places are taken modulo what is there. */
const oddity = fc.record({
  kind: fc.constantFrom(
    'blank text' as const,
    'odd id' as const,
    'odd name' as const,
    'odd input' as const,
    'half a character' as const,
    'unanswered' as const,
    'odd result' as const,
  ),
  message: fc.nat(20),
  part: fc.nat(6),
  odd: fc.nat(20),
})
type Oddity = typeof oddity extends fc.Arbitrary<infer T> ? T : never

const ODD_IDS = ['functions.clock:0', 'call|fc_1', 'c1_2', 'i'.repeat(65), '\u00e9', 'a b', 'toolu_01', ' ']
const ODD_NAMES = [
  'admin.tools.list',
  'user/profile',
  'n'.repeat(129),
  'search<|call|>',
  '',
  '7zip',
  'naïve',
  '__proto__',
]
const ODD_INPUTS: readonly unknown[] = [[1], '{"a":1', '{"a":1}', undefined, null, 7, 'text', { a: ['\udc00'] }]
const HALF = 'half \ud83d'

/** A history of any kind whose values, too, may be such as no provider, or not every one, takes. */
export const oddHistory: fc.Arbitrary<AgentMessage[]> = fc
  .tuple(anyHistory, fc.array(oddity, { maxLength: 6 }))
  .map(([history, oddities]) => oddities.reduce(withOddity, history))

function withOddity(history: AgentMessage[], { kind, message, part, odd }: Oddity): AgentMessage[] {
  if (history.length === 0) return history
  const at = message % history.length
  const given = history[at] as AgentMessage
  if (kind === 'half a character' && given.role === 'user') return history.with(at, user(HALF))
  if (kind === 'odd id') return withId(history, part, ODD_IDS[odd % ODD_IDS.length] as string)
  return history.with(
    at,
    withParts(given, (parts) => withOddPart(given.role, parts, kind, part, odd) as never),
  )
}

/** Renames one id everywhere: the calls and results of it still belong together. */
function withId(history: AgentMessage[], place: number, odd: string): AgentMessage[] {
  const wanted = `c${(place % 4) + 1}`
  return history.map((message) =>
    withParts(message, (parts) =>
      parts.map((one) => ('toolCallId' in one && one.toolCallId === wanted ? { ...one, toolCallId: odd } : one)),
    ),
  )
}

function withOddPart(
  role: string,
  parts: readonly object[],
  kind: Oddity['kind'],
  place: number,
  odd: number,
): object[] {
  const at = parts.length === 0 ? 0 : place % parts.length
  if (role === 'assistant' && kind === 'blank text') return parts.toSpliced(at, 0, text(odd % 2 === 0 ? '' : ' \n'))
  if (role === 'assistant' && kind === 'unanswered') return parts.toSpliced(at, 0, providerCall(`left-${odd}`))
  return parts.map((one, i) => (i === at ? withOddValue(one, kind, odd) : one))
}

function withOddValue(part: object, kind: Oddity['kind'], odd: number): object {
  const isCall = 'type' in part && part.type === 'tool-call' && !('providerExecuted' in part)
  if (kind === 'odd name' && isCall) return { ...part, toolName: ODD_NAMES[odd % ODD_NAMES.length] }
  if (kind === 'odd input' && isCall) return { ...part, input: ODD_INPUTS[odd % ODD_INPUTS.length] }
  if (kind === 'half a character') return 'text' in part ? { ...part, text: HALF } : part
  if (kind === 'odd result' && 'output' in part)
    return { ...part, output: { type: odd % 2 === 0 ? 'json' : 'error-text', value: HALF } }
  return part
}
