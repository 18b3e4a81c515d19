import type { Clock } from 'aof-runtime'
import type { Output } from '../output.ts'
import type { Style } from '../style.ts'
import { finishedTurn, frame } from './frame.ts'
import type { LiveEvent } from './live-event.ts'
import { LiveRegion, type Terminal } from './live-region.ts'
import { type LiveState, NOTHING_YET } from './live-state.ts'
import type { Marks } from './marks.ts'
import type { View } from './view.ts'
import { reduce } from './reduce.ts'

/** Options of a live view. */
export interface LiveViewSetup {
  readonly terminal: Terminal
  readonly style: Style
  readonly marks: Marks
  readonly clock: Clock
  /** Its notes are printed above the view. */
  readonly output: Pick<Output, 'divertNotes'>
}

/** The widest line; wider ones are hard to read. */
const MAX_WIDTH = 100

/**
 * A view that is drawn in place: the running turn is redrawn, finished turns stay above it.
 */
export class LiveView implements View {
  readonly #setup: LiveViewSetup
  readonly #region: LiveRegion
  readonly #endDiversion: () => void
  #state: LiveState = NOTHING_YET
  /** Number of turns printed permanently. */
  #printed = 0

  constructor(setup: LiveViewSetup) {
    const { terminal, clock, output } = setup
    this.#setup = setup
    this.#region = new LiveRegion(terminal, clock, (size) => this.#frame(size))
    this.#endDiversion = output.divertNotes((text) => this.#region.print(text.split('\n')))
  }

  get state(): LiveState {
    return this.#state
  }

  take(event: LiveEvent): void {
    this.#state = reduce(this.#state, event, this.#setup.clock.now())
    while (this.#state.turns[this.#printed]?.endedAt !== undefined) this.#print()
    this.#region.refresh()
  }

  close(): void {
    while (this.#printed < this.#state.turns.length) this.#print()
    this.#region.close()
    this.#endDiversion()
  }

  /** Prints the next turn permanently. */
  #print(): void {
    const turn = this.#state.turns[this.#printed++]
    if (turn === undefined) return
    const { style, marks, clock, terminal } = this.#setup
    const width = Math.min(Math.max(1, (terminal.columns || 80) - 1), MAX_WIDTH)
    const lines = finishedTurn(turn, clock.now(), { style, marks, width })
    if (lines.length > 0) this.#region.print(lines)
  }

  #frame({ width, height }: { readonly width: number; readonly height: number }): readonly string[] {
    const turn = this.#state.turns[this.#printed]
    if (turn === undefined) return []
    const { style, marks, clock } = this.#setup
    return frame(turn, { style, marks, width: Math.min(width, MAX_WIDTH), height, now: clock.now() })
  }
}
