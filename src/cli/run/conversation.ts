import { createInterface, type Interface } from 'node:readline'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { oneLine } from '../text.ts'

/** What a person at a terminal has to say. */
type Said = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'end'; readonly exitCode: ExitCode }

/**
 * Asks for input and answers it, again and again. Ctrl-D ends; Ctrl-C empties the line, and on an empty one ends.
 *
 * @param answer runs the agent; gives the exit code of that run
 * @returns the exit code of the conversation: a run that failed was seen, and does not fail it
 */
export async function converse(
  name: string,
  output: Output,
  answer: (input: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const history: string[] = []
  output.note(output.style.dim('Ctrl-C aborts a run, Ctrl-D ends the conversation'))
  for (;;) {
    const said = await ask(`${output.style.accent(oneLine(name, 40))}${output.style.strong('>')} `, history)
    if (said.kind === 'end') return said.exitCode
    if (said.text.trim() === '') continue
    history.unshift(said.text)
    const exitCode = await answer(said.text)
    if (exitCode === EXIT.terminated) return exitCode
    output.note('')
  }
}

/** A prompt of its own for each line: while a run goes on the terminal is as it was, and Ctrl-C is a signal. */
function ask(prompt: string, history: readonly string[]): Promise<Said> {
  const reader: Interface = createInterface({
    input: process.stdin,
    output: process.stderr,
    prompt,
    history: [...history],
    historySize: 100,
  })
  return new Promise((resolve) => {
    let concluded = false
    const conclude = (said: Said): void => {
      concluded = true
      resolve(said)
      reader.close()
    }
    reader.on('line', (text) => conclude({ kind: 'text', text }))
    reader.on('close', () => {
      if (!concluded) process.stderr.write('\n')
      resolve({ kind: 'end', exitCode: EXIT.ok })
    })
    reader.on('SIGINT', () => {
      process.stderr.write('\n')
      if (reader.line === '') conclude({ kind: 'end', exitCode: EXIT.interrupted })
      else {
        reader.write(null, { ctrl: true, name: 'u' })
        reader.prompt()
      }
    })
    reader.prompt()
  })
}
