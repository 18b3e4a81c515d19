import type { Pattern } from './shape.ts'

/** A name of an environment variable. */
export const VARIABLE: Pattern = {
  regex: '^[A-Za-z_][A-Za-z0-9_]*$',
  words: 'a variable name: letters, digits and _, not beginning with a digit',
}

/** Names of variables that make programs load or run other code; as the text of a regular expression. */
export const LOADER_NAMES =
  '^(?:LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)|DYLD_.*|NODE_OPTIONS|BASH_ENV|ENV|SHELLOPTS|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONPATH|PERL5(?:OPT|LIB)|RUBY(?:OPT|LIB)|JAVA_TOOL_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PAGER|EDITOR|CONFIG.*|EXEC_PATH|PROXY_COMMAND|ASKPASS)|SSH_ASKPASS|PAGER|EDITOR|VISUAL|IFS)$'

/** Text in which `${NAME}` and `${NAME:-default}` stand for variables, and `$${` for itself; nothing else begins like them. */
export const TEMPLATE = '^(?:\\$\\$\\{|\\$\\{[A-Za-z_][A-Za-z0-9_]*(?::-[^${}]*)?\\}|\\$(?!\\{)|[^$])*$'
