/** The longest quote of both outputs in an error, in UTF-16 code units: less than a result's error may hold. */
const QUOTED_LENGTH = 3_200

/** The longest quote if there is only one output. */
const ALONE_LENGTH = 2_000

/**
 * A program's output, as the end of a sentence about how it ended. It has the ends of both outputs, because either may
 * hold the reason, and a warning on one must not hide the other. Empty if the program wrote nothing.
 */
export function bothOutputs(stdout: string, stderr: string): string {
  const [out, err] = [stdout.trim(), stderr.trim()]
  if (out === '' || err === '') {
    const alone = out === '' ? err : out
    return alone === '' ? '' : `: ${endOf(alone, ALONE_LENGTH)}`
  }
  const half = QUOTED_LENGTH / 2
  const errLength = Math.max(half, QUOTED_LENGTH - out.length)
  const quotedErr = endOf(err, errLength)
  const quotedOut = endOf(out, Math.max(half, QUOTED_LENGTH - quotedErr.length))
  return `.\nStandard error: ${quotedErr}\nStandard output: ${quotedOut}`
}

function endOf(text: string, length: number): string {
  return text.length > length ? `…${text.slice(-length).toWellFormed()}` : text
}
