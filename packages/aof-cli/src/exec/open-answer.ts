import { suggest } from 'aof-runtime/internal'
import { CliError, systemMessage } from '../errors.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { readInput, STANDARD_INPUT } from '../read-input.ts'
import { DIALECT_NAMES } from '../recorded-answers/detect-dialect.ts'
import { openRecorded, type RecordedAnswer } from '../recorded-answers/open-recorded.ts'
import { RecordedAnswerError, type RecordedAnswerErrorKind } from '../recorded-answers/recorded-answer-error.ts'
import { oneLine } from '../text.ts'

/** The largest size of an answer, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Opens the content of a file as a recorded answer.
 *
 * @throws CliError if it is not an answer
 */
export async function openAnswer(
  bytes: Uint8Array,
  file: string,
  dialect: string | undefined,
): Promise<RecordedAnswer> {
  return openRecorded(bytes, { dialect }).catch((error: unknown) => {
    throw answerError(error, nameOf(file))
  })
}

/**
 * Reads a file, or standard input for `-`.
 *
 * @throws CliError if it cannot be read, or is too long
 */
export async function readAnswer(file: string): Promise<Uint8Array> {
  const name = nameOf(file)
  let bytes: Uint8Array
  try {
    bytes = await readInput(file, MAX_BYTES)
  } catch (error) {
    throw new CliError(EXIT.file, `${name} cannot be read: ${systemMessage(error)}`, { cause: error })
  }
  if (bytes.length > MAX_BYTES) throw new CliError(EXIT.file, `${name} is longer than ${MAX_BYTES} bytes`)
  return bytes
}

function nameOf(file: string): string {
  return file === STANDARD_INPUT ? 'standard input' : oneLine(file)
}

/** Converts an error of a recorded answer to a `CliError`; any other error stays unchanged. */
export function answerError(error: unknown, name: string): unknown {
  if (!(error instanceof RecordedAnswerError)) return error
  return new CliError(EXIT_CODES[error.kind], `${name}: ${error.message}`, { cause: error })
}

const EXIT_CODES: Readonly<Record<RecordedAnswerErrorKind, ExitCode>> = {
  unreadable: EXIT.file,
  unknown_dialect: EXIT.file,
  error_answer: EXIT.file,
  unread: EXIT.file,
  provider_missing: EXIT.model,
  provider_unfit: EXIT.model,
}

/** @throws CliError for an unknown dialect */
export function checkDialect(dialect: string | undefined): void {
  if (dialect === undefined || DIALECT_NAMES.some((name) => name === dialect)) return
  const near = suggest(dialect, DIALECT_NAMES)
  throw new CliError(EXIT.usage, `--dialect: there is no dialect ${JSON.stringify(oneLine(dialect, 60))}`, {
    fix: `${near === undefined ? '' : `did you mean ${near}? `}Known are ${DIALECT_NAMES.join(', ')}.`,
  })
}
