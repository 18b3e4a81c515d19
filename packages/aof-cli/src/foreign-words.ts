import { CliError } from './errors.ts'
import { EXIT } from './exit-codes.ts'

/** Commands of aofctl that `aof` does not have, each with what to type in its place. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['apply', 'agents are files here: aof validate FILE checks one, aof run FILE runs it'],
  ['get', 'agents are files here: aof validate FILE says what is in one'],
  ['describe', 'agents are files here: aof validate FILE says what is in one'],
  ['logs', 'aof run FILE --record RECORDING keeps what happened in a run'],
])

/**
 * Refuses a command of aofctl, with what to type in its place.
 *
 * @throws CliError
 */
export function refuseForeignWord(word: string | undefined): void {
  const fix = word === undefined ? undefined : FOREIGN_WORDS.get(word)
  if (fix !== undefined) throw new CliError(EXIT.usage, `the command ${String(word)} is not part of aof`, { fix })
}
