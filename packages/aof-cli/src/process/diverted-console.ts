import { Console } from 'node:console'
import { Writable } from 'node:stream'
import type { Output } from '../output.ts'
import { oneLine } from '../text.ts'

/**
 * Lets what tools print with `console` go to standard error, beside the picture: standard output is for the answer.
 *
 * @param shown whether people are to see it at all
 */
export function divertConsole(output: Output, shown: boolean): void {
  const lines = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      const text = String(chunk).replace(/\n$/, '')
      if (shown) for (const line of text.split('\n')) output.note(output.style.dim(oneLine(line, 4_000)))
      done()
    },
  })
  globalThis.console = new Console({ stdout: lines, stderr: lines, colorMode: false })
}
