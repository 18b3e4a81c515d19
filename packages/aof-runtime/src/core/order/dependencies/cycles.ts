import type { Dependent, GraphCall } from './dependent.ts'

/**
 * The cycles of a graph: each group of calls that all depend on each other, directly or by way of others, in call order.
 * (Strongly connected components: Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972.)
 */
export function* stronglyConnected(nodes: ReadonlyMap<GraphCall, Dependent>): Generator<Dependent[], void, undefined> {
  const numbers = new Map<Dependent, number>()
  const lowest = new Map<Dependent, number>()
  const stack: Dependent[] = []
  const open = new Set<Dependent>()
  for (const start of nodes.values()) {
    if (start.isOver || numbers.has(start)) continue
    const path: { readonly node: Dependent; readonly above: Iterator<GraphCall> }[] = []
    const enter = (node: Dependent): void => {
      numbers.set(node, numbers.size)
      lowest.set(node, numbers.get(node) as number)
      open.add(node)
      stack.push(node)
      path.push({ node, above: node.producers.values() })
    }
    const lower = (node: Dependent, to: number): void => void lowest.set(node, Math.min(lowest.get(node) as number, to))
    enter(start)
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const { node, above } = at
      const next = above.next()
      if (next.done !== true) {
        const producer = nodes.get(next.value)
        if (producer === undefined || producer.isOver) continue
        if (!numbers.has(producer)) enter(producer)
        else if (open.has(producer)) lower(node, numbers.get(producer) as number)
        continue
      }
      path.pop()
      const low = lowest.get(node) as number
      const below = path.at(-1)
      if (below !== undefined) lower(below.node, low)
      if (low !== numbers.get(node)) continue
      const component: Dependent[] = []
      for (let each = stack.pop(); each !== undefined; each = each === node ? undefined : stack.pop()) {
        open.delete(each)
        component.push(each)
      }
      if (component.length > 1 || node.producers.has(node.call))
        yield component.toSorted((a, b) => a.call.index - b.call.index)
    }
  }
}

/** The calls on which `start` depends and which depend on `start`, in call order; undefined where there are none. */
export function cycleThrough(start: Dependent, nodes: ReadonlyMap<GraphCall, Dependent>): Dependent[] | undefined {
  const dependents = new Map<Dependent, Dependent[]>([[start, []]])
  const below = [start]
  for (let node = below.pop(); node !== undefined; node = below.pop()) {
    for (const call of node.producers) {
      const producer = nodes.get(call)
      if (producer === undefined || producer.isOver) continue
      const known = dependents.get(producer)
      if (known !== undefined) known.push(node)
      else {
        dependents.set(producer, [node])
        below.push(producer)
      }
    }
  }
  const cycle = new Set<Dependent>()
  const above = [...(dependents.get(start) ?? [])]
  for (let node = above.pop(); node !== undefined; node = above.pop()) {
    if (cycle.has(node)) continue
    cycle.add(node)
    above.push(...(dependents.get(node) ?? []))
  }
  return cycle.size === 0 ? undefined : [...cycle].sort((a, b) => a.call.index - b.call.index)
}
