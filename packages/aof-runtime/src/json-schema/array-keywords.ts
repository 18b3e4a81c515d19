import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import type { Check, CheckRun, Evaluated, SchemaNode } from './check-run.ts'
import type { Compiling } from './compiling.ts'
import { CompositeMap, isComposite } from './equality.ts'
import { checkSize, countOf } from './messages.ts'

type ArrayCheck = (value: JsonValue[], run: CheckRun, evaluated: Evaluated | undefined) => boolean

/** Checks of `minItems`, `maxItems`, the item schemas, `contains` and `uniqueItems`. */
export function arrayChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const checks: ArrayCheck[] = []
  const { minItems, maxItems, uniqueItems, contains } = schema
  if (typeof minItems === 'number' || typeof maxItems === 'number')
    checks.push(({ length }, run) =>
      checkSize(length, Number(minItems ?? 0), Number(maxItems ?? Infinity), 'item', run),
    )
  const items = itemsCheck(schema, compiling)
  if (items !== undefined) checks.push(items)
  if (contains !== undefined) checks.push(containsCheck(schema, compiling))
  if (uniqueItems === true) checks.push(allDiffer)
  return checks.map((check) => (value, run, evaluated) => !Array.isArray(value) || check(value, run, evaluated))
}

/** Schemas of the first items one by one, and of the remaining items, under the keyword names of all drafts. */
function itemsCheck(schema: JsonObject, compiling: Compiling): ArrayCheck | undefined {
  const { prefixItems, items, additionalItems } = schema
  const [keyword, first] = Array.isArray(prefixItems) ? ['prefixItems', prefixItems] : ['items', items]
  const nodes = Array.isArray(first) ? first.map((one, i) => compiling.inner(one, keyword as string, i)) : []
  const rest = Array.isArray(items)
    ? additionalItems !== undefined && compiling.inner(additionalItems, 'additionalItems')
    : items !== undefined && compiling.inner(items, 'items')
  if (nodes.length === 0 && rest === false) return undefined
  return (value, run, evaluated) => checkItems(value, nodes, rest === false ? undefined : rest, run, evaluated)
}

function checkItems(
  value: readonly JsonValue[],
  nodes: readonly SchemaNode[],
  rest: SchemaNode | undefined,
  run: CheckRun,
  evaluated: Evaluated | undefined,
): boolean {
  let isFit = true
  const count = rest === undefined ? Math.min(nodes.length, value.length) : value.length
  for (let i = 0; i < count; i++) {
    const node = nodes[i] ?? rest
    if (node?.fitsAt(i, value[i] as JsonValue, run) === false) isFit = false
    if (!isFit && run.issues === undefined) return false
    if (rest === undefined) evaluated?.items.add(i)
  }
  if (evaluated !== undefined && rest !== undefined) evaluated.allItems = true
  return isFit
}

function containsCheck(schema: JsonObject, compiling: Compiling): ArrayCheck {
  const { minContains, maxContains } = schema
  const node = compiling.inner(schema['contains'], 'contains')
  const min = typeof minContains === 'number' ? minContains : 1
  const max = typeof maxContains === 'number' ? maxContains : Infinity
  return (value, run, evaluated) => {
    let count = 0
    let certain = 0
    run.quietly(() => {
      for (const [i, item] of value.entries()) {
        const { doubts } = run
        if (!node.fitsAt(i, item, run)) continue
        count++
        if (run.doubts === doubts) certain++
        if (compiling.draft.containsEvaluates) evaluated?.items.add(i)
      }
      return true
    })
    if (count < min)
      return run.fail(() => `Expected at least ${countOf(min, 'item')} that match \`contains\`, got ${count}.`)
    return (
      certain <= max ||
      run.fail(() => `Expected at most ${countOf(max, 'item')} that match \`contains\`, got ${certain}.`)
    )
  }
}

const allDiffer: ArrayCheck = (value, run) => {
  const scalars = new Map<JsonValue, number>()
  const composites = new CompositeMap<number>()
  run.work.spend(8 * value.length)
  for (const [i, item] of value.entries()) {
    const before = isComposite(item) ? composites.getOrAdd(item, i, run.work) : placeOf(item, i, scalars)
    if (before !== undefined) return run.fail(() => `The items ${before} and ${i} are equal; items must be unique.`)
  }
  return true
}

/** Returns the place of an earlier equal item, or records this place if the item is new. */
function placeOf<T>(item: T, place: number, places: Map<T, number>): number | undefined {
  const before = places.get(item)
  if (before === undefined) places.set(item, place)
  return before
}
