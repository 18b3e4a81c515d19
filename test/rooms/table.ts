import { type DialectBodies, DIALECTS, type Form } from './bodies/index.ts'
import { inAgent } from './drivers/in-agent.ts'
import { inExec } from './drivers/in-exec.ts'
import { inMessages } from './drivers/in-messages.ts'
import type { Outcome } from './outcome.ts'
import { ARGUMENTS, MISSING, type TurnEnding, WHOLE, type WrittenArguments, type WrittenTurn } from './turn.ts'

export type FormName = 'whole' | 'streamed'
export type RoomName = 'messages' | 'agent' | 'exec'

/** A dialect, a form, and an end. */
export interface Row {
  readonly dialect: string
  readonly form: FormName
  /** The end, in words. */
  readonly title: string
  readonly bodies: DialectBodies
  readonly end: TurnEnding
}

/** A turn of a row: how it differs from the others, and what it is. */
export interface Case {
  readonly shape: 'last' | 'alone' | 'first' | 'before text' | 'marked last' | 'marked first'
  readonly odd: WrittenArguments
  readonly turn: WrittenTurn
}

const FORMS = ['whole', 'streamed'] as const

export const ROWS: readonly Row[] = DIALECTS.flatMap((bodies) =>
  FORMS.filter((form) => form in bodies).flatMap((form) =>
    bodies.ends
      .filter(({ only = form }) => only === form)
      .map((end) => ({ dialect: bodies.dialect, form, title: titleOf(end), bodies, end })),
  ),
)

function titleOf({ reason, breaks }: TurnEnding): string {
  if (breaks !== undefined) return breaks === 'silent' ? 'that just stops' : 'that an error breaks'
  return reason === null ? 'that ends without a reason' : `that ends with ${reason}`
}

const ZERO: WrittenArguments = { ...WHOLE, text: '{"n":0}', value: { n: 0 }, becomes: { input: { n: 0 } } }

/**
 * The turns of a row: a call with each kind of arguments as the last one, alone, the first of two, and before text. Ends that
 * differ from another in their words alone have whole arguments.
 */
export function casesOf({ bodies, form, end }: Row): Case[] {
  const writes = bodies[form]?.writes ?? 'text'
  const isFirst = bodies.ends.find((each) => isLike(each, end)) === end
  return (isFirst ? ARGUMENTS : [WHOLE])
    .filter((odd) => isWritable(odd, writes))
    .flatMap((odd) => shapesOf(odd, end, bodies))
}

function shapesOf(odd: WrittenArguments, end: TurnEnding, { canGoOn, canMark = false }: DialectBodies): Case[] {
  const turn = (goesOn: boolean, ...given: WrittenArguments[]): WrittenTurn => ({
    calls: given.map((args, i) => ({ id: `c${i}`, arguments: args })),
    goesOn,
    end,
  })
  const cases: Case[] = [
    { shape: 'last', odd, turn: turn(false, ZERO, odd) },
    { shape: 'alone', odd, turn: turn(false, odd) },
    { shape: 'first', odd, turn: turn(false, odd, ZERO) },
  ]
  if (canGoOn) cases.push({ shape: 'before text', odd, turn: turn(true, ZERO, odd) })
  if (canMark && odd === WHOLE)
    cases.push(
      { shape: 'marked last', odd, turn: marked(turn(false, ZERO, odd), 1) },
      { shape: 'marked first', odd, turn: marked(turn(false, odd, ZERO), 0) },
    )
  return cases
}

function marked(turn: WrittenTurn, place: number): WrittenTurn {
  return { ...turn, calls: turn.calls.map((call, i) => ({ ...call, isMarked: i === place })) }
}

function isLike(one: TurnEnding, other: TurnEnding): boolean {
  return (one.cut === undefined) === (other.cut === undefined) && one.breaks === other.breaks
}

function isWritable(odd: WrittenArguments, writes: Form<unknown>['writes']): boolean {
  if (writes !== 'pieces') return writes in odd
  return typeof odd.text === 'string' || odd.text === MISSING
}

/** The rooms that read a row. */
export function roomsOf({ bodies, form }: Row): RoomName[] {
  return form === 'whole' && bodies.messages !== undefined ? ['messages', 'agent', 'exec'] : ['agent', 'exec']
}

export function enter(room: RoomName, { bodies, form }: Row, turn: WrittenTurn): Promise<Outcome> {
  const body = bodies[form]?.body(turn) ?? ''
  if (room === 'messages') return inMessages(bodies, body as object)
  return room === 'agent' ? inAgent(bodies, body) : inExec(bodies, body)
}
