/** A tool that does nothing: what is left is the way to it and back. */
export default (): null => null
