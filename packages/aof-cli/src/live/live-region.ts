import { clearScreenDown, cursorTo, moveCursor } from 'node:readline'
import type { Clock, TimerHandle } from 'aof-runtime'
import { displayWidth } from '../text.ts'

/** The terminal of a region, e.g. a `tty.WriteStream`. */
export interface Terminal extends NodeJS.WritableStream {
  readonly columns: number
  readonly rows: number
  cork(): void
  uncork(): void
  on(event: 'resize', listener: () => void): this
  off(event: 'resize', listener: () => void): this
}

/** The lines that a region shows at a moment. */
export type Draw = (size: { readonly width: number; readonly height: number }) => readonly string[]

/** The shortest time between two frames, in milliseconds: at most 15 frames per second. */
const FRAME_MS = 67
/** The time between two frames without events, in milliseconds. */
const TICK_MS = 100

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_LINE_END = '\u001B[K'

/**
 * The last lines of a terminal, redrawn in place.
 *
 * Duty: printed lines above it stay; the cursor becomes visible again, however the process ends.
 * Boundary: knows nothing about the meaning of the lines.
 * 1. A frame has fewer lines than the terminal has rows, each narrower than the terminal, so it never scrolls or wraps.
 * 2. The cursor stays at the beginning of the frame's last line, or at the former place of an empty frame.
 * 3. At most one frame is written per `FRAME_MS`, except when lines are printed; an unchanged frame is not written again.
 * 4. It has a timer exactly while it is open.
 */
export class LiveRegion {
  readonly #terminal: Terminal
  readonly #clock: Clock
  readonly #draw: Draw
  #shown: readonly string[] = []
  #drawnAt = -Infinity
  #timer: TimerHandle
  /** True if the timer is set for the next possible frame. */
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

  /** Draws at the next possible moment, because something has changed. */
  refresh(): void {
    if (this.#hurries || !this.#open) return
    this.#hurries = true
    this.#timer.clear()
    this.#timer = this.#clock.setTimer(this.#tick, Math.max(0, Math.ceil(this.#drawnAt + FRAME_MS - this.#clock.now())))
  }

  /** Prints lines permanently above the region. */
  print(lines: readonly string[]): void {
    if (this.#open) this.#redraw(lines)
    else this.#terminal.write(lines.map((line) => `${line}\n`).join(''))
  }

  /** Closes the region: the frame disappears, printed lines stay. */
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
    // After the write, because an overwritten frame shows no gap.
    clearScreenDown(terminal)
    cursorTo(terminal, 0)
    terminal.uncork()
    this.#shown = lines
  }

  /** Some terminals do not know their size and report 0. */
  get #size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#terminal
    return { columns: columns || 80, rows: rows || 24 }
  }

  /** A terminal that became narrower has wrapped the lines of the frame. */
  #rowsAboveCursor(): number {
    const { columns } = this.#size
    const rows = this.#shown.map((line) => Math.max(1, Math.ceil(displayWidth(plainText(line)) / columns)))
    return rows.slice(0, -1).reduce((sum, count) => sum + count, 0)
  }

  readonly #resized = (): void => {
    if (this.#open) this.#redraw([])
  }

  /** Ctrl-Z: the shell gets the terminal for a while. */
  readonly #suspended = (): void => {
    this.#restore()
    // Afterwards the lines above the cursor belong to other programs.
    this.#shown = []
    process.kill(process.pid, 'SIGSTOP')
  }

  readonly #resumed = (): void => {
    this.#terminal.write(HIDE_CURSOR)
    this.#redraw([])
  }

  /** At the end of the process the frame stays, and the cursor moves below it. */
  readonly #restore = (): void => {
    const below = '\n'.repeat(Math.min(1, this.#shown.length))
    this.#terminal.write(`${below}${SHOW_CURSOR}`)
  }
}

/** Our own lines contain no escape sequences except styles. */
function plainText(line: string): string {
  return line.replaceAll(/\u001B\[[\d;]*m/g, '')
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}
