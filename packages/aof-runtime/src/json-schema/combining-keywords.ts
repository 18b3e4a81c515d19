import type { JsonObject, JsonValue } from '../core/contract/json.ts'
import { applied, type Check, type CheckRun, type SchemaNode } from './check-run.ts'
import type { Compiling } from './compiling.ts'

/** Checks of `allOf`, `anyOf`, `oneOf`, `not` and `if`, and of the `unevaluated…` keywords. */
export function combiningChecks(schema: JsonObject, compiling: Compiling): Check[] {
  const checks: Check[] = []
  const { allOf, anyOf, oneOf, not } = schema
  if (Array.isArray(allOf)) checks.push(...allOf.map((one, i) => applied(compiling.inPlace(one, 'allOf', i))))
  if (Array.isArray(anyOf)) checks.push(anyOfCheck(alternatives(anyOf, 'anyOf', compiling)))
  if (Array.isArray(oneOf)) checks.push(oneOfCheck(alternatives(oneOf, 'oneOf', compiling)))
  if (not !== undefined) checks.push(notCheck(compiling.inPlace(not, 'not')))
  const conditional = conditionalCheck(schema, compiling)
  if (conditional !== undefined) checks.push(conditional)
  const { unevaluatedProperties, unevaluatedItems } = schema
  if (unevaluatedProperties !== undefined)
    checks.push(leftProperties(compiling.inner(unevaluatedProperties, 'unevaluatedProperties')))
  if (unevaluatedItems !== undefined) checks.push(leftItems(compiling.inner(unevaluatedItems, 'unevaluatedItems')))
  return checks
}

function alternatives(schemas: readonly JsonValue[], keyword: string, compiling: Compiling): SchemaNode[] {
  return schemas.map((one, i) => compiling.inPlace(one, keyword, i))
}

function anyOfCheck(nodes: readonly SchemaNode[]): Check {
  return (value, run, evaluated) => {
    let isFit = false
    const fits = run.quietly(() => {
      for (const node of nodes) {
        if (!node.fitsApart(value, run, evaluated)) continue
        isFit = true
        // Once one alternative fits, the others matter only for the properties and items that they evaluate.
        if (evaluated === undefined) break
      }
      return isFit
    })
    return fits || noneFits(nodes, value, run)
  }
}

function oneOfCheck(nodes: readonly SchemaNode[]): Check {
  return (value, run, evaluated) => {
    let count = 0
    let certain = 0
    run.quietly(() => {
      for (const node of nodes) {
        const { doubts } = run
        if (!node.fitsApart(value, run, evaluated)) continue
        count++
        if (run.doubts === doubts && ++certain > 1) break
      }
      return true
    })
    if (certain <= 1 && count >= 1) return true
    if (count > 1) return run.fail(() => 'It fits more than one of the alternatives, and must fit exactly one.')
    return noneFits(nodes, value, run)
  }
}

/** Reports the issues of every alternative. */
function noneFits(nodes: readonly SchemaNode[], value: JsonValue, run: CheckRun): false {
  if (run.issues === undefined) return false
  run.fail(() => 'It fits none of the alternatives.')
  for (const node of nodes) node.fits(value, run, undefined)
  return false
}

function notCheck(node: SchemaNode): Check {
  return (value, run) => {
    const { doubts } = run
    if (!run.quietly(() => node.fits(value, run, undefined)) || run.doubts !== doubts) return true
    return run.fail(() => 'It matches a schema that is not allowed here.')
  }
}

function conditionalCheck(schema: JsonObject, compiling: Compiling): Check | undefined {
  if (schema['if'] === undefined) return undefined
  const condition = compiling.inPlace(schema['if'], 'if')
  const yes = schema['then'] === undefined ? undefined : compiling.inPlace(schema['then'], 'then')
  const no = schema['else'] === undefined ? undefined : compiling.inPlace(schema['else'], 'else')
  return (value, run, evaluated) => {
    const { doubts } = run
    const fits = run.quietly(() => condition.fitsApart(value, run, evaluated))
    if (fits && run.doubts !== doubts) {
      // The condition is uncertain, so either branch may apply: neither can refuse the value, and both mark what they
      // evaluate.
      run.quietly(() => [yes, no].every((node) => node?.fitsApart(value, run, evaluated)))
      return true
    }
    const next = fits ? yes : no
    return next === undefined || next.fits(value, run, evaluated)
  }
}

function leftProperties(node: SchemaNode): Check {
  return (value, run, evaluated) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return true
    let isFit = true
    const keys = run.keysOf(value)
    run.work.spend(12 * keys.length)
    for (const key of keys) {
      if (evaluated?.properties.has(key) === true) continue
      if (!node.fitsAt(key, value[key] as JsonValue, run)) isFit = false
      evaluated?.properties.add(key)
    }
    return isFit
  }
}

function leftItems(node: SchemaNode): Check {
  return (value, run, evaluated) => {
    if (!Array.isArray(value) || evaluated?.allItems === true) return true
    let isFit = true
    for (const [i, item] of value.entries()) {
      run.work.spend(1)
      if (evaluated?.items.has(i) !== true && !node.fitsAt(i, item, run)) isFit = false
    }
    if (evaluated !== undefined) evaluated.allItems = true
    return isFit
  }
}
