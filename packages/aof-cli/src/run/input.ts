import { CliError, systemMessage } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { readInput, STANDARD_INPUT } from '../read-input.ts'
import { misuse } from './options.ts'

/** The largest size of the input, in bytes. */
const MAX_INPUT_BYTES = 16_777_216

/** The source of the agent's input. */
export type InputSource =
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  /** A person at a terminal, for a conversation. */
  | { readonly kind: 'prompt' }

/**
 * Finds the input: the given text, standard input, or the person at the terminal.
 *
 * @param agentFile the agent file, which may be standard input itself
 * @param machine true if the output is for machines, so that no person is asked
 * @throws CliError if there is no input
 */
export async function findInput(given: string | undefined, agentFile: string, machine: boolean): Promise<InputSource> {
  if (given !== undefined && given !== STANDARD_INPUT) return { kind: 'texts', texts: [given] }
  if (agentFile === STANDARD_INPUT) {
    throw misuse('standard input is the agent file already, so it cannot be the input', 'say it with -i "…"')
  }
  if (given === undefined && process.stdin.isTTY) {
    if (machine) throw misuse('--json and --json-lines do not ask for the input', 'say it with -i "…"')
    if (!process.stderr.isTTY) throw misuse('there is no terminal to ask for the input on', 'say it with -i "…"')
    return { kind: 'prompt' }
  }
  const text = await readStandardInput()
  if (text.trim() === '')
    throw misuse('standard input is empty', 'say what the agent is to do: -i "…", or … | aof run …')
  // The line end that `echo` and here-documents add is not part of the input.
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
