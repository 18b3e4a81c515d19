import { createInterface } from 'node:readline'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { oneLine } from '../text.ts'

/** The input of a person at a terminal. */
type Said = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'end'; readonly exitCode: ExitCode }

/**
 * Asks for input and answers it, repeatedly. Ctrl-D ends; Ctrl-C clears the line, and ends on an empty line.
 *
 * @param answer runs the agent; gives the exit code of that run
 * @returns the exit code of the conversation; a failed run does not fail it, because the person has seen it
 */
export async function converse(
  name: string,
  output: Output,
  answer: (input: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const prompt = new Prompt(`${output.style.accent(oneLine(name, 40))}${output.style.strong('>')} `)
  output.note(output.style.dim('Ctrl-C aborts a run, Ctrl-D ends the conversation'))
  for (;;) {
    const said = await prompt.ask()
    if (said.kind === 'end') return said.exitCode
    if (said.text.trim() === '') continue
    const word = /^\/[a-z?]+\s*$/i.exec(said.text)?.[0].trim().toLowerCase()
    if (word === '/exit' || word === '/quit') return EXIT.ok
    if (word !== undefined) {
      const unknown = word === '/help' || word === '/?' ? '' : `there is no ${word}; `
      output.note(
        output.style.dim(`${unknown}/exit or Ctrl-D ends, Ctrl-C aborts a run; everything else goes to the agent`),
      )
      continue
    }
    const exitCode = await answer(said.text)
    if (exitCode === EXIT.terminated) return exitCode
    output.note('')
  }
}

/**
 * The prompt of a conversation.
 *
 * 1. It reads only while it asks: during a run the terminal is in its normal mode, and Ctrl-C is a signal.
 * 2. Input that arrives together is not lost: further lines answer the next questions, and the rest begins the next line.
 */
class Prompt {
  readonly #text: string
  /** The newest line first, as in `readline`. */
  #history: string[] = []
  readonly #ahead: string[] = []
  #draft = ''

  constructor(text: string) {
    this.#text = text
  }

  async ask(): Promise<Said> {
    const next = this.#ahead.shift()
    return next === undefined ? this.#read() : { kind: 'text', text: next }
  }

  #read(): Promise<Said> {
    const reader = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt: this.#text,
      history: this.#history,
      historySize: 100,
    })
    reader.on('history', (history: string[]) => (this.#history = history))
    return new Promise((resolve) => {
      let said: Said | undefined
      const conclude = (what: Said): void => {
        said = what
        // By then all input that arrived together has been split into lines.
        process.nextTick(() => {
          this.#draft = reader.line
          reader.close()
          resolve(what)
        })
      }
      reader.on('line', (text) => {
        if (said === undefined) conclude({ kind: 'text', text })
        else this.#ahead.push(text)
      })
      reader.on('close', () => {
        if (said !== undefined) return
        process.stderr.write('\n')
        resolve({ kind: 'end', exitCode: EXIT.ok })
      })
      reader.on('SIGINT', () => {
        process.stderr.write('\n')
        if (reader.line === '') return conclude({ kind: 'end', exitCode: EXIT.interrupted })
        reader.write(null, { ctrl: true, name: 'e' })
        reader.write(null, { ctrl: true, name: 'u' })
      })
      reader.prompt()
      if (this.#draft !== '') reader.write(this.#draft)
    })
  }
}
