import type { Clock } from 'aof-runtime'
import type { Style } from '../style.ts'
import { oneLine } from '../text.ts'
import { callWords, markStyle } from './call-words.ts'
import type { LiveEvent } from './live-event.ts'
import { type LiveCall, type LiveState, type LiveTurn, NOTHING_YET } from './live-state.ts'
import type { Marks } from './marks.ts'
import type { View } from './view.ts'
import { reduce } from './reduce.ts'
import { turnSummary } from './summary.ts'

/** Options of a plain view. */
export interface PlainViewSetup {
  readonly style: Style
  readonly marks: Marks
  readonly clock: Clock
  readonly write: (line: string) => void
}

/** A view without a terminal: a line when a call has its result, and one at the end of a turn with calls. Nothing is redrawn. */
export class PlainView implements View {
  readonly #setup: PlainViewSetup
  readonly #summed = new Set<number>()
  #state: LiveState = NOTHING_YET

  constructor(setup: PlainViewSetup) {
    this.#setup = setup
  }

  get state(): LiveState {
    return this.#state
  }

  take(event: LiveEvent): void {
    this.#state = reduce(this.#state, event, this.#setup.clock.now())
    if (event.type === 'settled') {
      const turn = this.#turn(event.turn)
      const call = turn?.calls.find(({ index }) => index === event.index)
      if (turn !== undefined && call !== undefined) this.#setup.write(this.#line(call, turn))
    }
    if (event.type === 'batch_settled' || event.type === 'turn_finished') this.#sum(event.turn)
  }

  close(): void {}

  #sum(number: number): void {
    const turn = this.#turn(number)
    if (turn === undefined || turn.calls.length === 0 || this.#summed.has(number)) return
    this.#summed.add(number)
    const { style, marks, write } = this.#setup
    const text = oneLine(turn.text.trim(), 200)
    if (text !== '') write(style.dim(text))
    write(style.dim(`turn ${number + 1}: ${turnSummary(turn, marks)}`))
  }

  #turn(number: number): LiveTurn | undefined {
    return this.#state.turns.find(({ turn }) => turn === number)
  }

  #line(call: LiveCall, turn: LiveTurn): string {
    const { style, marks, clock } = this.#setup
    const { mark, name, arguments: args, detail, time } = callWords(call, turn, clock.now(), marks)
    return [markStyle(call, style)(mark), name, args, detail, time].filter((part) => part !== '').join('  ')
  }
}
