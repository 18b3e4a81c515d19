import type { Clock } from 'aof-runtime'
import type { Output } from '../output.ts'
import type { Style } from '../style.ts'
import { finishedTurn, frame } from './frame.ts'
import type { LiveEvent } from './live-event.ts'
import { LiveRegion, type Terminal } from './live-region.ts'
import { type LiveState, NOTHING_YET } from './live-state.ts'
import type { Marks } from './marks.ts'
import type { Picture } from './picture.ts'
import { reduce } from './reduce.ts'

/** What a live picture is drawn with. */
export interface LivePictureSetup {
  readonly terminal: Terminal
  readonly style: Style
  readonly marks: Marks
  readonly clock: Clock
  /** Whose notes are printed above the picture. */
  readonly output: Pick<Output, 'divertNotes'>
}

/** Wider lines are hard to follow from their beginning to their end. */
const MAX_WIDTH = 100

/**
 * A picture that is drawn in place: the turn that goes on is redrawn, those that are over stay above it, whole.
 */
export class LivePicture implements Picture {
  readonly #setup: LivePictureSetup
  readonly #region: LiveRegion
  readonly #endDiversion: () => void
  #state: LiveState = NOTHING_YET
  /** How many turns have been printed for good. */
  #printed = 0

  constructor(setup: LivePictureSetup) {
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

  /** Prints the next turn for good. */
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
