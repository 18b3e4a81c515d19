import type { SeededRandom } from '../../../packages/aof-runtime/src/testing/index.ts'
import { drawBatch } from './draw-batches.ts'
import { type Draw, drawClose, drawResize, times } from './drawing.ts'
import type { Feature } from './features.ts'
import type { Action, ReactionPlan, Site } from './plan.ts'

/** By feature, where it has code act. */
const SITES: readonly (readonly [Feature, Site])[] = [
  ['acting listeners', 'listener'],
  ['acting loggers', 'logger'],
  ['acting schemas', 'schema'],
  ['acting keys', 'key'],
  ['acting effects', 'effects'],
  ['acting contents', 'content'],
  ['acting tools', 'tool'],
  ['acting stores', 'store'],
]

/** The events at which a listener may act; most steps that can be disturbed park a call. */
const EVENTS = [
  'batch_opened',
  'batch_opened',
  'batch_closed',
  'batch_settled',
  'accepted',
  'accepted',
  'parked',
  'parked',
  'parked',
  'parked',
  'parked from outside',
  'parked from elsewhere',
  'parked from elsewhere',
  'started',
  'started',
  'attempt_failed',
  'abandoned',
  'suspended',
  'resumed',
  'rate_paused',
  'limit_changed',
  'breaker_changed',
  'hold_ended',
  'ended_late',
  'settled',
  'settled',
  'settled',
] as const

/** The actions of callbacks when the runtime calls them: any action at any site. */
export function drawReactions(draw: Draw): ReactionPlan[] {
  const actions = actionsOf(draw)
  if (actions.length === 0) return []
  const mayThrow = draw.features.has('throw')
  const mayNest = draw.features.has('nested calls') || draw.features.has('tracked calls')
  return SITES.flatMap(([feature, site]) =>
    draw.add(
      feature,
      1,
      (random) =>
        times(random.pick([1, 1, 2, 3]), (): ReactionPlan => ({
          site,
          on: site === 'listener' && random.chance(0.8) ? random.pick(EVENTS) : undefined,
          isNested: mayNest && random.chance(0.4),
          nth: random.pick([1, 1, 1, 2, 2, 3, 4, 6, 9]),
          action: random.pick(actions)(random),
        })).flatMap((each) => (mayThrow && random.chance(0.3) ? [each, thrownNext(each)] : [each])),
      [],
    ),
  )
}

/** Code that has acted fails afterwards, too. */
function thrownNext(reaction: ReactionPlan): ReactionPlan {
  return { ...reaction, nth: reaction.nth + 1, action: { does: 'throw' } }
}

function actionsOf(draw: Draw): ((random: SeededRandom) => Action)[] {
  const { features, executors, base } = draw
  const actions: Partial<Record<Feature, (random: SeededRandom) => Action>> = {
    'abort own': () => ({ does: 'abort', whose: 'own' }),
    'abort outer': (random) => ({ does: 'abort', whose: random.pick(['outer', 'all', random.int(0, 3)] as const) }),
    close: (random) => drawClose(random, executors),
    resize: (random) => drawResize(random, executors),
    'start batches': () => ({
      does: 'open',
      batch: drawBatch(draw, 2, base.int(0, executors - 1)),
      by: draw.add('nested calls', 0.5, () => 'context', 'executor'),
    }),
    'fill slots': (random) => ({
      does: 'fill',
      by: random.pick(['complete', 'complete', 'drop', 'close', 'dispose'] as const),
      which: random.int(0, 9),
    }),
    throw: () => ({ does: 'throw' }),
    block: (random) => ({ does: 'block', ms: random.pick([1, 3, 10, 30, 100]) }),
  }
  return Object.entries(actions)
    .filter(([feature]) => features.has(feature as Feature))
    .map(([, action]) => action)
}
