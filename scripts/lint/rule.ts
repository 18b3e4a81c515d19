/** A node of the syntax tree (ESTree), as far as the rules here read it. */
export interface SyntaxNode {
  readonly type: string
  readonly parent?: SyntaxNode
  readonly name?: string
  readonly value?: unknown
  readonly importKind?: 'type' | 'value'
  readonly exportKind?: 'type' | 'value'
  readonly source?: SyntaxNode | null
  readonly argument?: SyntaxNode
  readonly callee?: SyntaxNode
  readonly arguments?: readonly SyntaxNode[]
  readonly object?: SyntaxNode
  readonly property?: SyntaxNode
  readonly id?: SyntaxNode
  readonly key?: SyntaxNode
  readonly properties?: readonly SyntaxNode[]
}

/** A place where a name is used. */
export interface Reference {
  readonly identifier: SyntaxNode
  readonly isValueReference: boolean
}

/** The outermost scope. */
export interface GlobalScope {
  /** Uses of names that nothing defines. */
  readonly through: readonly Reference[]
  /** What is defined; the language's own globals without a definition. */
  readonly variables: readonly { readonly defs: readonly unknown[]; readonly references: readonly Reference[] }[]
}

/** What the linter gives a rule. */
export interface RuleContext {
  /** The file, absolute. */
  readonly filename: string
  /** Where the linter was started: the project's root. */
  readonly cwd: string
  readonly sourceCode: {
    readonly scopeManager: { readonly globalScope: GlobalScope | null }
  }
  report(problem: { node: SyntaxNode; message: string }): void
}

/** A rule in the form that oxlint shares with ESLint. */
export interface Rule {
  create(context: RuleContext): Readonly<Record<string, (node: SyntaxNode) => void>>
}
