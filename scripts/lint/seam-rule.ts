import type { GlobalScope, Reference, Rule, SyntaxNode } from './rule.ts'

/** Globals that read or use time. */
const clocks = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Temporal'])

/** Members of globals that read time or randomness. */
const members: Readonly<Record<string, readonly string[]>> = {
  AbortSignal: ['timeout'],
  Date: ['now'],
  Math: ['random'],
  crypto: ['getRandomValues', 'randomUUID'],
  globalThis: [...clocks, 'AbortSignal', 'Date', 'Math', 'crypto'],
}

/** Modules for timers and time. */
const modules = new Set(['node:timers', 'node:timers/promises', 'node:perf_hooks'])

/**
 * Sources take time and randomness only from the clock and the random source of the executor, so that a test can
 * replace them.
 */
export const seamRule: Rule = {
  create(context) {
    const report = (node: SyntaxNode, what: string): void =>
      context.report({ node, message: `${what} bypasses the seam: use the Clock or the random source.` })
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

/** The forbidden use of a global, if it is one. */
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

/** The members of a global that an expression uses: `Date.now`, `Date['now']`, `const { now } = Date`. */
function membersUsed(identifier: SyntaxNode): string[] {
  const { parent } = identifier
  if (parent?.type === 'MemberExpression' && parent.object === identifier) return [nameOf(parent.property)]
  if (parent?.type === 'VariableDeclarator') return (parent.id?.properties ?? []).map(({ key }) => nameOf(key))
  return []
}

function nameOf(key: SyntaxNode | undefined): string {
  return key?.name ?? String(key?.value)
}
