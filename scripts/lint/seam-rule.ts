import type { GlobalScope, Reference, Rule, SyntaxNode } from './rule.ts'

/** Globals that are time itself. */
const clocks = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Temporal'])

/** Members of globals that are time or chance. */
const members: Readonly<Record<string, readonly string[]>> = {
  AbortSignal: ['timeout'],
  Date: ['now'],
  Math: ['random'],
  crypto: ['getRandomValues', 'randomUUID'],
  globalThis: [...clocks, 'AbortSignal', 'Date', 'Math', 'crypto'],
}

/** Modules that are time. */
const modules = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks'])

/**
 * Time and chance enter by the seam alone: the clock and the randomness that the executor is given, so that a test can
 * give it others.
 */
export const seamRule: Rule = {
  create(context) {
    const report = (node: SyntaxNode, what: string): void =>
      context.report({ node, message: `${what} goes round the seam: take it from the Clock or the random source.` })
    return {
      ImportDeclaration: (node) => {
        const from = node.source?.value
        if (node.importKind !== 'type' && typeof from === 'string' && modules.has(from)) report(node, from)
      },
      'Program:exit': () => {
        for (const { identifier, isValueReference } of globalReferences(context.sourceCode.scopeManager.globalScope)) {
          const what = isValueReference ? breach(identifier) : undefined
          if (what !== undefined) report(identifier, what)
        }
      },
    }
  },
}

/** Every use of a global, of the language or of the host. */
function globalReferences(scope: GlobalScope | null): Reference[] {
  if (scope === null) return []
  const builtIn = scope.variables.filter(({ defs }) => defs.length === 0)
  return [...scope.through, ...builtIn.flatMap(({ references }) => references)]
}

/** How the use of a global goes round the seam, if it does. */
function breach(identifier: SyntaxNode): string | undefined {
  const { name = '', parent } = identifier
  if (clocks.has(name)) return name
  if (name === 'Date' && parent?.callee === identifier) {
    if (parent.type === 'CallExpression') return 'Date()'
    if (parent.arguments?.length === 0) return 'new Date()'
  }
  const guarded = Object.hasOwn(members, name) ? members[name] : undefined
  const used = guarded?.find((member) => membersUsed(identifier).includes(member))
  return used === undefined ? undefined : `${name}.${used}`
}

/** The members of a global that are used where it stands: `Date.now`, `Date['now']`, `const { now } = Date`. */
function membersUsed(identifier: SyntaxNode): string[] {
  const { parent } = identifier
  if (parent?.type === 'MemberExpression' && parent.object === identifier) return [nameOf(parent.property)]
  if (parent?.type === 'VariableDeclarator') return (parent.id?.properties ?? []).map(({ key }) => nameOf(key))
  return []
}

function nameOf(key: SyntaxNode | undefined): string {
  return key?.name ?? String(key?.value)
}
