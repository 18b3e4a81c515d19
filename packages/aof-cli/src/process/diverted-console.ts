import { Console } from 'node:console'
import { Writable } from 'node:stream'
import type { Output } from '../output.ts'
import { oneLine } from '../text.ts'

/**
 * Diverts the `console` output of tools to standard error, next to the view: standard output is for the answer.
 *
 * @param shown true to show it
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
