/** A tool that does nothing, to measure the cost of a call. */
export default (): null => null
