import { clearScreenDown, cursorTo, moveCursor } from 'node:readline'
import type { Clock, TimerHandle } from 'aof-runtime'
import { displayWidth } from '../text.ts'

/** The terminal that a region is drawn on; a `tty.WriteStream` is one. */
export interface Terminal extends NodeJS.WritableStream {
  readonly columns: number
  readonly rows: number
  cork(): void
  uncork(): void
  on(event: 'resize', listener: () => void): this
  off(event: 'resize', listener: () => void): this
}

/** What a region shows just now. */
export type Draw = (size: { readonly width: number; readonly height: number }) => readonly string[]

/** The least time between two frames, in milliseconds: 15 in a second at most. */
const FRAME_MS = 67
/** The time between two frames when nothing happens but time itself, in milliseconds. */
const TICK_MS = 100

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_LINE_END = '\u001B[K'

/**
 * The last lines of a terminal, drawn again and again in place.
 *
 * Duty: what was printed above stays; the cursor comes back, however the process ends.
 * Boundary: knows nothing of what the lines mean.
 * 1. A frame has fewer lines than the terminal has rows, each narrower than its columns, so that it never scrolls or wraps.
 * 2. The cursor rests at the beginning of the frame's last line, or where the frame was, if it has none.
 * 3. At most one frame in `FRAME_MS`, but for what is printed; a frame like the one before is not written again.
 * 4. It has a timer exactly while it is open.
 */
export class LiveRegion {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #draw: Draw
  #shown: readonly string[] = []
  #drawnAt = -Infinity
  #timer: TimerHandle
  /** Whether the timer's frame comes as soon as it may. */
  #hurries = false
  #open = true

  constructor(terminal: Terminal, clock: Clock, draw: Draw) {
    this.#terminal = terminal
    this.#clock = clock
    this.#draw = draw
    terminal.write(HIDE_CURSOR)
    terminal.on('resize', this.#resized)
    process.on('exit', this.#restore)
    if (process.platform !== 'win32') {
      process.on('SIGTSTP', this.#suspended)
      process.on('SIGCONT', this.#resumed)
    }
    this.#timer = clock.setTimer(this.#tick, 0)
  }

  /** Something changed: draws as soon as it may. */
  refresh(): void {
    if (this.#hurries || !this.#open) return
    this.#hurries = true
    this.#timer.clear()
    this.#timer = this.#clock.setTimer(this.#tick, Math.max(0, Math.ceil(this.#drawnAt + FRAME_MS - this.#clock.now())))
  }

  /** Prints lines above the region, where they stay. */
  print(lines: readonly string[]): void {
    if (this.#open) this.#redraw(lines)
    else this.#terminal.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Ends it: what was drawn vanishes, what was printed stays. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#timer.clear()
    this.#terminal.off('resize', this.#resized)
    process.off('exit', this.#restore)
    process.off('SIGTSTP', this.#suspended)
    process.off('SIGCONT', this.#resumed)
    this.#write([], [])
    this.#restore()
  }

  readonly #tick = (): void => {
    this.#hurries = false
    this.#timer = this.#clock.setTimer(this.#tick, TICK_MS)
    this.#redraw([])
  }

  #redraw(above: readonly string[]): void {
    const { columns, rows } = this.#size
    const lines = this.#draw({ width: Math.max(1, columns - 1), height: Math.max(1, rows - 1) })
    this.#drawnAt = this.#clock.now()
    if (above.length === 0 && sameLines(lines, this.#shown)) return
    this.#write(above, lines)
  }

  #write(above: readonly string[], lines: readonly string[]): void {
    const terminal = this.#terminal
    terminal.cork()
    moveCursor(terminal, 0, -this.#rowsAboveCursor())
    cursorTo(terminal, 0)
    if (above.length > 0) clearScreenDown(terminal)
    terminal.write(above.map((line) => `${line}\n`).join(''))
    terminal.write(lines.map((line) => `${line}${CLEAR_LINE_END}`).join('\n'))
    // Not before: a frame that is written over shows no gap.
    clearScreenDown(terminal)
    cursorTo(terminal, 0)
    terminal.uncork()
    this.#shown = lines
  }

  /** Some terminals do not know their size, and say that it is 0. */
  get #size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#terminal
    return { columns: columns || 80, rows: rows || 24 }
  }

  /** A terminal that became narrower since has broken the lines of the frame anew. */
  #rowsAboveCursor(): number {
    const { columns } = this.#size
    const rows = this.#shown.map((line) => Math.max(1, Math.ceil(displayWidth(plainText(line)) / columns)))
    return rows.slice(0, -1).reduce((sum, count) => sum + count, 0)
  }

  readonly #resized = (): void => {
    if (this.#open) this.#redraw([])
  }

  /** Ctrl-Z: the terminal goes back to the shell for a while. */
  readonly #suspended = (): void => {
    this.#restore()
    // Whatever will be above the cursor then is somebody else's.
    this.#shown = []
    process.kill(process.pid, 'SIGSTOP')
  }

  readonly #resumed = (): void => {
    this.#terminal.write(HIDE_CURSOR)
    this.#redraw([])
  }

  /** What is shown when the process ends stays, and the cursor goes below it. */
  readonly #restore = (): void => {
    const below = '\n'.repeat(Math.min(1, this.#shown.length))
    this.#terminal.write(`${below}${SHOW_CURSOR}`)
  }
}

/** Our own lines carry no escape sequences but those of styles. */
function plainText(line: string): string {
  return line.replaceAll(/\u001B\[[\d;]*m/g, '')
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}
