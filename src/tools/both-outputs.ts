/** How much of both outputs together an error quotes, in UTF-16 code units: less than a result's error may hold. */
const QUOTED_LENGTH = 3_200

/** How much is quoted of one that stands alone. */
const ALONE_LENGTH = 2_000

/**
 * What a program wrote, as the end of a sentence about how it ended: the ends of both outputs, since the reason may stand
 * in either, and a warning on one must not hide the other. Empty where it wrote nothing.
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
