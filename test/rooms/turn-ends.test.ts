import { describe, expect, test, vi } from 'vitest'
import { type Difference, DIFFERENCES, differenceOf } from './differences.ts'
import { departures, expected } from './rule.ts'
import { type Case, casesOf, enter, type RoomName, roomsOf, type Row, ROWS } from './table.ts'

/** The differences that were met. */
const met = new Set<Difference>()

async function departed(row: Row, room: RoomName, each: Case): Promise<string[]> {
  const found = await enter(room, row, each.turn).then(
    (outcome) => departures(expected(each.turn), outcome),
    (error: unknown) => [String(error)],
  )
  const difference = differenceOf(row, room, each)
  if (difference === undefined || found.length === 0) return found
  met.add(difference)
  return found.filter((departure) => !difference.departs.test(departure))
}

describe('I37: all rooms run the same calls of an answer, and send the same results', () => {
  test.each(ROWS)('I37: every room runs the same calls of $dialect, a $form answer $title', async (row) => {
    // The package for Ollama prints what it drops.
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const faults: string[] = []
    for (const each of casesOf(row))
      for (const room of roomsOf(row))
        for (const departure of await departed(row, room, each))
          faults.push(`${room}, ${each.shape}, ${each.odd.title}: ${departure}`)
    expect(faults).toEqual([])
  })

  test('I37: the listed differences between the rooms really exist', () => {
    expect(DIFFERENCES.filter((each) => !met.has(each)).map(({ because }) => because)).toEqual([])
  })
})
