import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'

/**
 * The faults in the order of a stream's parts, by the rules that providers keep: `stream-start` first, `finish`
 * last and once; blocks begin, go on and end under one id; a tool call follows the end of its input and repeats it.
 */
export function misformed(parts: readonly LanguageModelV4StreamPart[]): string[] {
  const wrong: string[] = []
  const open = new Map<string, { readonly kind: string; text: string }>()
  const inputs = new Map<string, string>()
  const used = new Set<string>()
  const complain = (index: number, what: string): void => void wrong.push(`part ${index}: ${what}`)
  if (parts[0]?.type !== 'stream-start') complain(0, 'the first is not stream-start')
  if (parts.at(-1)?.type !== 'finish') complain(parts.length, 'finish is missing')
  for (const [index, part] of parts.entries()) {
    const [, kind, event] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(part.type) ?? []
    if (kind !== undefined && 'id' in part && part.id !== undefined) {
      const block = open.get(part.id)
      if (event === 'start') {
        if (used.has(part.id)) complain(index, `id ${part.id} is used again`)
        used.add(part.id)
        open.set(part.id, { kind, text: '' })
      } else if (block?.kind !== kind) complain(index, `${part.type} outside of its block`)
      else if ('delta' in part) block.text += part.delta
      else {
        open.delete(part.id)
        if (kind === 'tool-input') inputs.set(part.id, block.text)
      }
    } else if (part.type === 'tool-call') {
      if (inputs.get(part.toolCallId) !== part.input) complain(index, 'the call is not what its deltas said')
      inputs.delete(part.toolCallId)
    } else if (part.type === 'finish' && index < parts.length - 1) complain(index, 'finish is not the last')
  }
  for (const id of open.keys()) complain(parts.length, `block ${id} never ends`)
  for (const id of inputs.keys()) complain(parts.length, `input ${id} has no call`)
  return wrong
}
