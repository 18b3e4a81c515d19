/** A node of the syntax tree (ESTree), with the fields that the rules here read. */
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

/** A use of a name. */
export interface Reference {
  readonly identifier: SyntaxNode
  readonly isValueReference: boolean
}

/** The outermost scope. */
export interface GlobalScope {
  /** Uses of names without a definition. */
  readonly through: readonly Reference[]
  /** The global variables; those of the language have no definition. */
  readonly variables: readonly { readonly defs: readonly unknown[]; readonly references: readonly Reference[] }[]
}

/** The linter's interface for a rule. */
export interface RuleContext {
  /** The absolute path of the file. */
  readonly filename: string
  /** The directory in which the linter was started: the project's root. */
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
