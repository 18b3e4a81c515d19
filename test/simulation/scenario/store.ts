import type { SpillStore, SpillStoreOpener } from '../../../packages/aof-runtime/src/core/values/spill.ts'
import { streamOf } from './features.ts'
import type { Reactions } from './reactions.ts'
import type { Stage } from './stage.ts'

/** Stores for large results that take their time, and fail where the scenario says so. */
export function storeOpener(stage: Stage, reactions: Reactions): SpillStoreOpener {
  const { features } = stage.plan
  const random = streamOf(stage.simulation.seed, 'store')
  const mayFail = (): void => {
    if (!features.has('failing spills') || !random.chance(0.5)) return
    stage.happened.add('failing spills')
    throw new Error('the disk is full')
  }
  const later = async (): Promise<void> => {
    const ms = random.pick([0, 1, 5, 20])
    if (features.has('failing spills') && random.chance(0.1)) return new Promise(() => {})
    await stage.simulation.clock.sleep(ms)
    mayFail()
  }
  return (): SpillStore => {
    const texts = new Map<string, string>()
    return {
      write: async (name, content, _maxBytes) => {
        reactions.visit('store', undefined)
        let text = ''
        for (const piece of content as Iterable<string>) text += piece
        await later()
        const path = `/${texts.size}-${name}`
        texts.set(path, text)
        return { path, bytes: text.length }
      },
      read: async ({ path }) => {
        reactions.visit('store', undefined)
        await stage.simulation.clock.sleep(random.pick([0, 1, 5]))
        mayFail()
        return texts.get(path) ?? ''
      },
      close: async () => {
        await stage.simulation.clock.sleep(1)
      },
    }
  }
}
