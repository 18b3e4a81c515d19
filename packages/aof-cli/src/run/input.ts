import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readInput, STANDARD_INPUT } from '../read-input.ts'
import { misuse } from './options.ts'

/** The longest input that is read, in bytes. */
const MAX_INPUT_BYTES = 16_777_216

/** Where what is said to the agent comes from. */
export type InputSource =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** A person at a terminal is asked, again and again. */
  | { readonly kind: 'prompt' }

/**
 * Finds the input: what was given, or standard input, or the person at the terminal.
 *
 * @param agentFile which may have taken standard input for itself
 * @param machine whether the output is for machines, so that nobody is asked
 * @throws CliError where there is none
 */
export async function findInput(given: string | undefined, agentFile: string, machine: boolean): Promise<InputSource> {
  if (given !== undefined && given !== STANDARD_INPUT) return { kind: 'texts', texts: [given] }
  if (agentFile === STANDARD_INPUT) {
    throw misuse('standard input is the agent file already, so it cannot be the input', 'say it with -i "…"')
  }
  if (given === undefined && process.stdin.isTTY) {
    if (machine) throw misuse('with --json or --json-lines nobody is asked for the input', 'say it with -i "…"')
    if (!process.stderr.isTTY) throw misuse('there is no terminal to ask for the input on', 'say it with -i "…"')
    return { kind: 'prompt' }
  }
  const text = await readStandardInput()
  if (text.trim() === '')
    throw misuse('standard input is empty', 'say what the agent is to do: -i "…", or … | aof run …')
  // What `echo` and here-documents end with is no part of what is said.
  return { kind: 'texts', texts: [text.replace(/\r?\n$/, '')] }
}

async function readStandardInput(): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readInput(STANDARD_INPUT, MAX_INPUT_BYTES)
  } catch (error) {
    throw new CliError(EXIT.file, `cannot read standard input: ${systemMessage(error)}`, { cause: error })
  }
  if (bytes.length > MAX_INPUT_BYTES) {
    throw new CliError(EXIT.file, `standard input is larger than ${MAX_INPUT_BYTES / 2 ** 20} MiB`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CliError(EXIT.file, 'standard input is not text in UTF-8')
  }
}
